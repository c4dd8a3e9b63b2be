using Microsoft.Extensions.Time.Testing;

namespace CentralAmp.Tests.Support;

/// <summary>A clock that only the test advances.</summary>
public sealed class FakeClock(DateTimeOffset start) : FakeTimeProvider(start);

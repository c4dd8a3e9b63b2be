using Microsoft.Extensions.Time.Testing;

namespace CentralAmp.Tests.Support;

/// <summary>Time stands still until the test moves it.</summary>
public sealed class FakeClock(DateTimeOffset start) : FakeTimeProvider(start);

using System;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>The model uses a trait that the generator would get wrong; it becomes a compile error, never wrong code.</summary>
internal sealed class UnsupportedModelException(string message) : Exception(message);

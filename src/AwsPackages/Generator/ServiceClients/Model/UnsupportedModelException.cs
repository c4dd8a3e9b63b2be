using System;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>The model uses a trait that the generator would get wrong; the generator reports it as a compile error instead of generating wrong code.</summary>
internal sealed class UnsupportedModelException(string message) : Exception(message);

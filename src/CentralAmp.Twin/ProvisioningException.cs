namespace CentralAmp.Twin;

/// <summary>The machine lacks what the twin is made of, and the twin could not provide it; the message says what to do.</summary>
public sealed class ProvisioningException(string message) : Exception(message);

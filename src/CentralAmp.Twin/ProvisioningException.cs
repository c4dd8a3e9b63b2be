namespace CentralAmp.Twin;

/// <summary>The machine lacks a tool, and the twin could not provide it. The message names the remedy.</summary>
public sealed class ProvisioningException(string message) : Exception(message);

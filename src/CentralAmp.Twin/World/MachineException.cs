namespace CentralAmp.Twin.World;

/// <summary>This machine lacks something that the twin needs and could not provide itself; the message says what and how to get it.</summary>
public sealed class MachineException(string message, Exception inner) : Exception(message, inner);

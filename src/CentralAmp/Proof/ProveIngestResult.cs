namespace CentralAmp.Proof;

/// <summary>The sample was taken; there is nothing more to know.</summary>
public sealed record ProveIngestResult;

namespace CentralAmp;

/// <summary>What an ensuring step did; a second run says <see cref="Unchanged"/> throughout.</summary>
public enum Change
{
    Unchanged,
    Created,
    Updated,
}

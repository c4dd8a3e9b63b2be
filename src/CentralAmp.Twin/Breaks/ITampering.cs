using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>What someone changes in AWS behind CentralAmp's back.</summary>
public interface ITampering
{
    /// <summary>Changes it now, or waits for the moment in which there is something to change.</summary>
    /// <param name="clusterName">The cluster it is meant for, where it can be told apart.</param>
    Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken);
}

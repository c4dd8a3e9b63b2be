using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>A change in AWS that is made outside of CentralAmp.</summary>
public interface ITampering
{
    /// <summary>Makes the change now, or as soon as the resource exists.</summary>
    /// <param name="clusterName">The cluster to change. Changes to a whole account ignore it.</param>
    Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken);
}

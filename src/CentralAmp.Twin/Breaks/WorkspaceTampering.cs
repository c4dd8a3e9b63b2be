using Amazon.PrometheusService.Model;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Breaks;

/// <summary>Deletes the workspace before the cluster is created.</summary>
public sealed class WorkspaceTampering : ITampering
{
    public Task PlantAsync(TwinWorld world, string clusterName, CancellationToken cancellationToken) =>
        world.Amp.DeleteWorkspaceAsync(new DeleteWorkspaceRequest { WorkspaceId = world.WorkspaceId }, cancellationToken);
}

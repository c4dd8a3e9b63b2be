using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The parts of a cluster that its pods use.</summary>
/// <param name="DataPlane">How its process reaches AWS from this machine.</param>
/// <param name="Folder">Folder of the cluster, which contains its pods and volumes.</param>
/// <param name="Api">Host and port of the API server.</param>
/// <param name="ApiAuthority">PEM of the authority of the API server's certificate.</param>
/// <param name="Fault">Receives exceptions of the twin itself.</param>
/// <param name="Failure">Receives failures of the program in a pod.</param>
internal sealed record PodSurroundings(
    ObjectStore Store,
    ObjectWriter Writer,
    ServiceAccountTokens Tokens,
    PrometheusBinary Prometheus,
    Func<DataPlaneAccess> DataPlane,
    ClusterBehaviour Behaviour,
    string Folder,
    string Api,
    string ApiAuthority,
    TimeProvider Time,
    Action<Exception> Fault,
    Action<PodFailure> Failure);

/// <summary>A program in a pod that ended by itself, or that refused a configuration.</summary>
public sealed record PodFailure(string Pod, string What, DateTimeOffset Time);

using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>What every pod of a cluster runs in.</summary>
/// <param name="DataPlane">How its process reaches AWS from this machine.</param>
/// <param name="Folder">Of the cluster: pods and volumes lie below.</param>
/// <param name="Api">Host and port of the API server.</param>
/// <param name="ApiAuthority">PEM of the authority of the API server's certificate.</param>
/// <param name="Fault">Told of what goes wrong in the twin itself.</param>
/// <param name="Trouble">Told of what goes wrong with the program in a pod.</param>
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
    Action<PodFailure> Trouble);

/// <summary>A program in a pod that ended by itself, or that refused a configuration.</summary>
public sealed record PodFailure(string Pod, string What, DateTimeOffset Time);

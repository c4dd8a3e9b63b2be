using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>The Kubernetes API of one cluster. Paths come from <see cref="KubernetesPath"/>.</summary>
/// <remarks>
/// Errors are <see cref="WorkflowException"/>s already, with the <see cref="KubernetesException"/> inside where there was an answer:
/// <c>catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 403 })</c>.
/// </remarks>
public interface IKubernetes : IDisposable
{
    /// <summary>Null when it is not there (404).</summary>
    Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken);

    /// <summary>All items, page by page; null where the resource itself is unknown (404: no such CRD).</summary>
    Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken);

    /// <summary>Server-side apply as <c>central-amp</c>, never forced. Creates what is absent unless <c>metadata.uid</c> is in the body.</summary>
    Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken);

    /// <summary>JSON merge patch as <c>central-amp</c>; <c>metadata.resourceVersion</c> in the body makes it conditional.</summary>
    Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken);

    /// <summary>POST: a TokenRequest, or a new object in a collection.</summary>
    Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken);

    /// <summary>False when it is not there (any more), or is another one of that name (409: the uid is a precondition).</summary>
    Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken);

    /// <summary>GET through the API server to a pod; every status of the pod, or of the proxy in front of it, is an answer.</summary>
    Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken);
}

/// <summary>What a pod answered; 503 also when the API server could not reach it.</summary>
public sealed record ProxyAnswer(int Status, string Body);

/// <summary>Connects to clusters.</summary>
public interface IKubernetesClients
{
    /// <summary>A client that trusts the cluster's own CA only, with a fresh EKS token (valid for 14 minutes). The caller disposes it.</summary>
    Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken);
}

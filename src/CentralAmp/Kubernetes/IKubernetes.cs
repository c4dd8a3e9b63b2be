using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>The Kubernetes API of one cluster. Paths come from <see cref="KubernetesPath"/>.</summary>
/// <remarks>
/// Errors are <see cref="WorkflowException"/>s, with the <see cref="KubernetesException"/> as inner exception if the API answered:
/// <c>catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 403 })</c>.
/// </remarks>
public interface IKubernetes : IDisposable
{
    /// <summary>Null if the object does not exist (404).</summary>
    Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken);

    /// <summary>All items, read page by page; null if the resource type does not exist (404: no such CRD).</summary>
    Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken);

    /// <summary>As <see cref="ListAsync"/>, but the API server sends nothing of the objects except their metadata: no Secret leaves it.</summary>
    Task<IReadOnlyList<JsonObject>?> ListMetadataAsync(string path, CancellationToken cancellationToken);

    /// <summary>Server-side apply with field manager <c>central-amp</c>, never forced. Creates an absent object unless <c>metadata.uid</c> is in the body.</summary>
    Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken);

    /// <summary>JSON merge patch with field manager <c>central-amp</c>; <c>metadata.resourceVersion</c> in the body makes it conditional.</summary>
    Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken);

    /// <summary>POST: a TokenRequest, or a new object in a collection.</summary>
    Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken);

    /// <summary>False if the object does not exist or has another uid (409: the uid is a precondition).</summary>
    Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken);

    /// <summary>GET to a pod through the API server's proxy. Every HTTP status of the pod or the proxy is an answer and no exception.</summary>
    Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken);
}

/// <summary>The answer of a pod; status 503 also if the API server could not reach the pod.</summary>
public sealed record ProxyAnswer(int Status, string Body);

/// <summary>Connects to clusters.</summary>
public interface IKubernetesClients
{
    /// <summary>A client that trusts only the cluster's CA, with a new EKS token (valid for 14 minutes). The caller disposes it.</summary>
    Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken);
}

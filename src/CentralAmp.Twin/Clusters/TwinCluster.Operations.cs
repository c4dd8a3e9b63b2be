using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Clusters;

/// <content>Operations of operators, tenants and other programs in a cluster.</content>
public sealed partial class TwinCluster
{
    /// <summary>An object as it is now, null if there is none; namespace empty for cluster-scoped kinds.</summary>
    public JsonObject? Snapshot(string kind, string ns, string name) => store.Find(KindOf(kind), ns, name);

    /// <summary>All objects of a kind as they are now.</summary>
    public IReadOnlyList<JsonObject> List(string kind) => store.List(KindOf(kind));

    /// <summary>Deletes an object, as an operator does with kubectl.</summary>
    public void Delete(string kind, string ns, string name) => writer.Delete(KindOf(kind), ns, name, dryRun: false);

    /// <summary>Creates an object, as an operator does with kubectl.</summary>
    public void Create(string kind, JsonObject item) =>
        writer.Create(KindOf(kind), item, new WriteOptions(new FieldManager("kubectl-create", FieldManager.Update)));

    /// <summary>The token that the kubelet writes into the volume of a pod with this service account.</summary>
    public string TokenOf(string ns, string serviceAccount) => tokens.Mint(
        store.Find(ResourceKind.ServiceAccount, ns, serviceAccount) ?? throw new ArgumentException($"no service account {ns}/{serviceAccount}", nameof(serviceAccount)),
        ["sts.amazonaws.com"], TimeSpan.FromHours(1)).Token;

    /// <summary>Where the Prometheus of a pod listens; null while it does not run.</summary>
    public Uri? PrometheusOf(string pod, string ns = StackNames.Namespace) => kubelet.AddressOf(ns, pod, 9090);

    /// <summary>Truncates the given number of next answers of the API.</summary>
    public void CutAnswers(int count) => api.Cut(count);

    /// <summary>A node joins and is Ready.</summary>
    public void AddNode(string name) => new ClusterContents(writer, ports).AddNode(name);

    /// <summary>Starts the deletion of a namespace, as an operator does with kubectl.</summary>
    public void DeleteNamespace(string name) => writer.Terminate(name, dryRun: false);

    /// <summary>Applies the stack again as its owner does: <c>helm upgrade</c>, or a sync of Argo CD.</summary>
    /// <exception cref="StatusException">409: another manager owns one of the fields, and the owner does not force.</exception>
    public void ApplyStackAgain() => installer.ApplyAgain();

    /// <summary>Changes an object as another field manager would with an update (kubectl edit, a controller).</summary>
    public void UpdateAs(string manager, string kind, string ns, string name, Action<JsonObject> change) =>
        writer.Update(KindOf(kind), ns, name, new WriteOptions(new FieldManager(manager, FieldManager.Update)), item =>
        {
            change(item);
            return item;
        });

    /// <summary>Server-side apply as another field manager (Flux, <c>helm --server-side</c>).</summary>
    public void ApplyAs(string manager, JsonObject item, bool force = false) =>
        writer.Apply(KindOf(item.TextAt("kind")!), item, new WriteOptions(new FieldManager(manager, FieldManager.Apply)) { Force = force });

    /// <summary>Installs kube-prometheus-stack now, in a cluster that had none.</summary>
    public void InstallStack()
    {
        installer.Install();
        hasOperator = true;
        controllers!.Wake();
    }

    private static ResourceKind KindOf(string kind) => ResourceKind.All.Single(k => k.Kind == kind);
}

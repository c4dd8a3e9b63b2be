using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Clusters;

/// <content>What people, and programs that are not CentralAmp, see of a cluster and do in it.</content>
public sealed partial class TwinCluster
{
    /// <summary>An object as it is now, null if there is none; namespace empty for cluster-scoped kinds.</summary>
    public JsonObject? Snapshot(string kind, string ns, string name) => store.Find(KindOf(kind), ns, name);

    /// <summary>All objects of a kind as they are now.</summary>
    public IReadOnlyList<JsonObject> List(string kind) => store.List(KindOf(kind));

    /// <summary>Removes an object, as a person with kubectl would.</summary>
    public void Delete(string kind, string ns, string name) => writer.Delete(KindOf(kind), ns, name, dryRun: false);

    /// <summary>Makes an object, as a person with kubectl would.</summary>
    public void Create(string kind, JsonObject item) =>
        writer.Create(KindOf(kind), item, new WriteOptions(new FieldManager("kubectl-create", FieldManager.Update)));

    /// <summary>What the kubelet writes into the token volume of a pod with this service account.</summary>
    public string TokenOf(string ns, string serviceAccount) => tokens.Mint(
        store.Find(ResourceKind.ServiceAccount, ns, serviceAccount) ?? throw new ArgumentException($"no service account {ns}/{serviceAccount}", nameof(serviceAccount)),
        ["sts.amazonaws.com"], TimeSpan.FromHours(1)).Token;

    /// <summary>Where the Prometheus of a pod listens; null while it does not run.</summary>
    public Uri? PrometheusOf(string pod, string ns = StackNames.Namespace) => kubelet.AddressOf(ns, pod, 9090);

    /// <summary>So many of the API's next answers break off in the middle.</summary>
    public void CutAnswers(int count) => api.Cut(count);

    /// <summary>A node joins and is Ready.</summary>
    public void AddNode(string name) => new ClusterContents(writer, ports).AddNode(name);

    /// <summary>Begins the end of a namespace, as a person with kubectl would.</summary>
    public void DeleteNamespace(string name) => writer.Terminate(name, dryRun: false);

    /// <summary>What the owner of the stack does time and again: <c>helm upgrade</c>, or a sync of Argo CD.</summary>
    /// <exception cref="StatusException">409: somebody else has a field of theirs, and they do not force.</exception>
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

using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Installs the objects of kube-prometheus-stack that concern metrics collection, as <c>helm install</c> does.</summary>
internal sealed class StackInstaller(ObjectStore store, ObjectWriter writer, StackNames names, ClusterBehaviour behaviour, ClusterPorts ports, Version prometheusVersion)
{
    private const string ArgoManager = "argocd-controller";

    // Helm 3 creates and updates; helm 4 and Argo CD apply on the server's side.
    private readonly WriteOptions owner = behaviour.RemoteWriteOwner switch
    {
        RemoteWriteOwner.Helm or RemoteWriteOwner.HelmElsewhere => new(new FieldManager("helm", FieldManager.Apply)),
        RemoteWriteOwner.GitOps => new(new FieldManager(ArgoManager, FieldManager.Apply)) { Force = true },
        _ => new(new FieldManager("helm", FieldManager.Update)),
    };

    private readonly StackResources resources = new(names, behaviour, ports, prometheusVersion);

    public void Install()
    {
        Write(ResourceKind.Namespace, new JsonObject { ["metadata"] = new JsonObject { ["name"] = StackNames.Namespace } });
        foreach (var kind in ResourceKind.All.Where(k => k.IsCustom && (behaviour.HasAgentDefinition || k != ResourceKind.PrometheusAgent)))
            Write(ResourceKind.CustomResourceDefinition, Labelled(kind.QualifiedName, null, new JsonObject { ["spec"] = Definition(kind) }));
        new ClusterContents(writer, ports).ExposeStack(names);
        foreach (var (kind, name, content) in resources.All())
            Write(kind, Labelled(name, kind.Namespaced ? StackNames.Namespace : null, content));
    }

    /// <summary>Does what <c>helm upgrade</c> with the same values does, or a sync of Argo CD.</summary>
    /// <exception cref="Api.StatusException">409: another manager owns one of the fields, and the owner does not force.</exception>
    public void ApplyAgain()
    {
        if (behaviour.RemoteWriteOwner == RemoteWriteOwner.Nobody)
            throw new InvalidOperationException("This stack was installed by helm 3, whose three-way merge the twin does not do.");
        foreach (var (kind, name, content) in resources.All())
            Write(kind, Labelled(name, kind.Namespaced ? StackNames.Namespace : null, content));
    }

    private void Write(ResourceKind kind, JsonObject item)
    {
        if (owner.Manager.Operation == FieldManager.Apply)
            writer.Apply(kind, item, owner);
        else if (store.Find(kind, item.Namespace(), item.Name()) is null)
            writer.Create(kind, item, owner);
    }

    private JsonObject Labelled(string name, string? ns, JsonObject content)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
            metadata["namespace"] = ns;
        var labels = content.At("metadata", "labels") is JsonObject given ? given.Copy() : [];
        labels["app"] = "kube-prometheus-stack-prometheus";
        labels["app.kubernetes.io/managed-by"] = "Helm";
        labels["release"] = names.Release;
        var annotations = content.At("metadata", "annotations") is JsonObject others ? others.Copy() : [];
        if (behaviour.RemoteWriteOwner == RemoteWriteOwner.GitOps)
        {
            annotations["argocd.argoproj.io/tracking-id"] = $"{names.Release}:{name}";
        }
        else
        {
            annotations["meta.helm.sh/release-name"] = names.Release;
            annotations["meta.helm.sh/release-namespace"] = StackNames.Namespace;
        }
        metadata["labels"] = labels;
        metadata["annotations"] = annotations;
        content["metadata"] = metadata;
        return content;
    }

    private JsonObject Definition(ResourceKind kind) => new()
    {
        ["group"] = kind.Group,
        ["scope"] = "Namespaced",
        ["names"] = new JsonObject { ["kind"] = kind.Kind, ["listKind"] = kind.Kind + "List", ["plural"] = kind.Plural, ["singular"] = kind.Kind.ToLowerInvariant() },
        ["versions"] = new JsonArray(new JsonObject { ["name"] = kind.Version, ["served"] = true, ["storage"] = true }),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Resources of other owners around a cluster: roles, providers, access entries and Kubernetes objects. CentralAmp must not change them.</summary>
public sealed class ForeignResources(ScenarioContext context, string clusterArn)
{
    private const string Team = "payments";

    // Controllers write these kinds all the time.
    private static readonly string[] Changing = ["Pod", "StatefulSet", "Secret", "Endpoints", "EndpointSlice"];

    private TwinCluster Cluster => context.World.ClusterOf(clusterArn);

    /// <param name="issuer">Issuer of another cluster. Its provider exists before CentralAmp needs it.</param>
    public async Task PlantAsync(string issuer, CancellationToken cancellationToken)
    {
        var account = Arn.TryParse(clusterArn)!.AccountId;
        foreach (var owner in (string[])[TwinAccounts.Hub, account])
        {
            await CreateProviderAsync(owner, "https://token.actions.example.com", cancellationToken);
            await context.World.IamOf(owner).CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = Team,
                    AssumeRolePolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{owner}}:root"},"Action":"sts:AssumeRole"}]}""",
                    Tags = [new Tag { Key = "team", Value = Team }],
                },
                cancellationToken);
        }

        await CreateProviderAsync(TwinAccounts.Hub, issuer, cancellationToken);
        await context.Aws.CreateAccessEntryAsync(clusterArn, $"arn:aws:iam::{account}:role/{Team}", cancellationToken);
        PlantObjects();
    }

    /// <summary>Content of every resource that CentralAmp does not manage, by name. Two fingerprints are equal if nothing changed.</summary>
    public IReadOnlyDictionary<string, string> Fingerprint()
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var iam in TwinAccounts.All.Select(context.Aws.Iam.Newest))
        {
            foreach (var role in iam.Roles.Values.Where(role => !ManagedObjects.IsManaged(role)))
                all[role.Arn] = JsonSerializer.Serialize(role);
            foreach (var provider in iam.Providers.Values.Where(provider => !ManagedObjects.IsManaged(provider)))
                all[provider.Arn] = JsonSerializer.Serialize(provider);
        }

        var cluster = context.Aws.Eks.Find(clusterArn)!;
        foreach (var entry in cluster.AccessEntries.Values.Where(entry => !entry.PrincipalArn.EndsWith(TwinWorld.MemberRole, StringComparison.Ordinal)))
            all[entry.Arn] = entry.Describe(cluster.Name).ToJsonString();
        foreach (var kind in ResourceKind.All.Select(kind => kind.Kind).Except(Changing))
            foreach (var item in Cluster.List(kind).Where(item => !item.Name().StartsWith("central-amp", StringComparison.Ordinal)))
                all[$"{kind}/{item.Namespace()}/{item.Name()}"] = UnmanagedPart(kind, item);
        return all;
    }

    private async Task CreateProviderAsync(string account, string url, CancellationToken cancellationToken) => await context.World.IamOf(account).CreateOpenIDConnectProviderAsync(
        new CreateOpenIDConnectProviderRequest { Url = url, ClientIDList = ["sts.amazonaws.com"], Tags = [new Tag { Key = "team", Value = Team }] }, cancellationToken);

    private void PlantObjects()
    {
        Cluster.Create("ConfigMap", Named("dashboards", "monitoring", ("data", new JsonObject { ["a"] = "b" })));
        Cluster.Create("ClusterRole", Named($"{Team}-read", null, ("rules", new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("pods"), ["verbs"] = new JsonArray("get") }))));
        Cluster.Create("Role", Named($"{Team}-read", "monitoring", ("rules", new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("configmaps"), ["verbs"] = new JsonArray("get") }))));
        Cluster.UpdateAs("kubectl-annotate", "Prometheus", "monitoring", Cluster.Names.Prometheus, Annotate);
        Cluster.UpdateAs("kubectl-annotate", "ServiceAccount", "monitoring", Cluster.Names.Prometheus, Annotate);
    }

    private static void Annotate(JsonObject item) => item.Metadata().Child("annotations")["example.com/team"] = Team;

    private static JsonObject Named(string name, string? ns, (string Name, JsonNode Content) part)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
            metadata["namespace"] = ns;
        return new JsonObject { ["metadata"] = metadata, [part.Name] = part.Content };
    }

    // CentralAmp managed fields in these two kinds. After their removal the rest must be as before.
    private static string UnmanagedPart(string kind, JsonObject item)
    {
        if (kind is not ("Prometheus" or "ServiceAccount"))
            return item.ToJsonString();
        var rest = new JsonObject
        {
            ["labels"] = item.At("metadata", "labels")?.DeepClone(),
            ["annotations"] = item.At("metadata", "annotations")?.DeepClone(),
            ["spec"] = item["spec"]?.DeepClone(),
        };
        return WithoutEmpty(rest)!.ToJsonString();
    }

    // An empty list or map has no meaning, and the removal of the last entry may leave one.
    private static JsonNode? WithoutEmpty(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, WithoutEmpty(field.Value))).Where(field => field.Value is not null)) is { Count: > 0 } rest ? rest : null,
        JsonArray list => list.Count > 0 ? list.DeepClone() : null,
        JsonValue value => value.DeepClone(),
        _ => null,
    };
}

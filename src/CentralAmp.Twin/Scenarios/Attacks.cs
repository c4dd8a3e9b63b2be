using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A tenant with rights in namespaces of his own sets every mark of CentralAmp: he gains no trust, and loses nothing.</summary>
public sealed class Attacks : IScenario
{
    private const string Team = "team";
    private const string Marks = "central-amp";
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    private static readonly (string Kind, string Namespace, string Name)[] Planted =
    [
        ("Prometheus", Team, "theirs"), ("ServiceAccount", Team, "theirs"), ("Role", Team, "central-amp-write"),
        ("Namespace", "", Marks), ("ConfigMap", Marks, "central-amp-values"),
    ];

    public string Name => "attacks";

    public string Description => "a tenant imitates CentralAmp's marks in a cluster; neither trust nor his objects change";

    public WorldOptions World { get; } = new();

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var arn = await context.CreateAsync(TwinAccounts.Member, TwinAccounts.HomeRegion, "shared", cancellationToken);
        await context.QuietAsync(cancellationToken);
        var (cluster, identity) = (context.World.ClusterOf(arn), context.Living(arn));
        var subjects = SubjectsOf(context, arn);
        context.Check("the role trusts exactly the service account of the collector", subjects is [var only] && only == $"system:serviceaccount:monitoring:{cluster.Names.Prometheus}", string.Join(", ", subjects));

        Plant(context, cluster, arn);
        var (before, trust) = (Fingerprint(cluster), TrustOf(context, arn));
        context.Log("a tenant applies a Prometheus, a service account, a Role and a namespace with CentralAmp's field manager, labels and annotations");
        var again = RecordOf(await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{arn}}"}""", cancellationToken));
        context.Check("an onboarding is verified and changes nothing", (string?)again?["outcome"] == "Verified" && (bool?)again["changed"] == false, again);
        await context.RunAsync(Machine.Sweep, "{}", cancellationToken);
        context.Check("after a sweep, the trust policy is the same, byte for byte", TrustOf(context, arn) == trust, TrustOf(context, arn));
        context.Check("the tenant's objects are as he made them", Fingerprint(cluster) == before, Fingerprint(cluster));
        await CheckDeniedAsync(context, cluster, arn, cancellationToken);

        await new DriftInjection(context).DeleteRegistryItemAsync(identity, cancellationToken);
        var restored = RecordOf(await context.RunAsync(Machine.Onboard, $$"""{"clusterArn":"{{arn}}"}""", cancellationToken));
        context.Check("the cluster is taken over by what its role trusts, without a change", (string?)restored?["outcome"] == "Verified" && (bool?)restored["changed"] == false, restored);
        context.Check("the trust policy is still the same, byte for byte", TrustOf(context, arn) == trust, TrustOf(context, arn));

        context.Expect(identity, "Offboarded");
        var ended = RecordOf(await context.RunAsync(Machine.Offboard, $$"""{"clusterArn":"{{arn}}"}""", cancellationToken));
        context.Check("the cluster is offboarded, and the outcome names what stays", ((string?)ended?["sentence"])?.Contains("did not record stays", StringComparison.Ordinal) == true, ended);
        context.Check("the tenant's objects are still as he made them", Fingerprint(cluster) == before, Fingerprint(cluster));
        Clean(cluster);
    }

    private static void Plant(ScenarioContext context, TwinCluster cluster, string arn)
    {
        cluster.Create("Namespace", new JsonObject { ["metadata"] = Labelled(Marks, null) });
        cluster.ApplyAs(Marks, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = Labelled("central-amp-values", Marks), ["data"] = new JsonObject { ["a"] = "b" } });
        cluster.Create("Namespace", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Team } });
        var account = Labelled("theirs", Team);
        account["annotations"] = new JsonObject { [RoleAnnotation] = RoleOf(context, arn).Arn };
        cluster.ApplyAs(Marks, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = account });
        cluster.ApplyAs(Marks, new JsonObject { ["apiVersion"] = "rbac.authorization.k8s.io/v1", ["kind"] = "Role", ["metadata"] = Labelled("central-amp-write", Team), ["rules"] = new JsonArray() });
        var stack = cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!;
        var prometheus = Labelled("theirs", Team);
        prometheus["labels"]!["central-amp/onboard"] = "true";
        prometheus["annotations"] = new JsonObject { ["central-amp/onboard"] = "true", ["central-amp/applied"] = "1" };
        cluster.ApplyAs(Marks, new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1",
            ["kind"] = "Prometheus",
            ["metadata"] = prometheus,
            // Paused: his own operator settings do not matter here, and no further Prometheus has to run.
            ["spec"] = new JsonObject { ["paused"] = true, ["replicas"] = 1, ["serviceAccountName"] = "theirs", ["remoteWrite"] = stack.At("spec", "remoteWrite")!.DeepClone() },
        });
    }

    /// <summary>The scenario's end expects no object with CentralAmp's names: the tenant removes his own.</summary>
    private static void Clean(TwinCluster cluster)
    {
        foreach (var (kind, ns, name) in Planted.Where(item => item.Kind != "Namespace"))
            cluster.Delete(kind, ns, name);
        cluster.DeleteNamespace(Marks);
    }

    private static async Task CheckDeniedAsync(ScenarioContext context, TwinCluster cluster, string arn, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = new CollectorIdentity(TwinAccounts.HomeRegion, RoleOf(context, arn).Arn, SigV4RoleArn: null, cluster.TokenOf(Team, "theirs"));
            await theirs.CredentialsAsync(context.Aws, cancellationToken);
            context.Check("STS refuses the tenant's service account", false, "it has credentials of the role");
        }
        catch (AmazonServiceException e)
        {
            context.Check("STS refuses the tenant's service account", e.ErrorCode == "AccessDenied", e.ErrorCode);
        }
    }

    private static JsonNode? RecordOf(TwinExecution execution) => execution.Output is { } output ? JsonNode.Parse(output)?["record"] : null;

    private static string Fingerprint(TwinCluster cluster) =>
        string.Join('\n', Planted.Select(item => cluster.Snapshot(item.Kind, item.Namespace, item.Name)?.ToJsonString() ?? $"no {item.Kind} {item.Namespace}/{item.Name}"));

    private static IamRole RoleOf(ScenarioContext context, string arn) =>
        context.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.Single(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == arn);

    private static string TrustOf(ScenarioContext context, string arn) => JsonSerializer.Serialize(RoleOf(context, arn).Trust);

    private static List<string> SubjectsOf(ScenarioContext context, string arn) =>
        [.. TrustOf(context, arn).Split('"').Where(text => text.StartsWith("system:serviceaccount:", StringComparison.Ordinal))];

    private static JsonObject Labelled(string name, string? ns)
    {
        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = Marks } };
        if (ns is not null)
            metadata["namespace"] = ns;
        return metadata;
    }
}

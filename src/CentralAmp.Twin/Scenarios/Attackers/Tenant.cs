using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>A tenant: administrator of one namespace, who may also create namespaces. He acts with the token of his service account.</summary>
internal sealed class Tenant(ScenarioContext context, TwinCluster cluster, string ingestRole)
{
    private const string Team = "team";
    private const string Marks = "central-amp";
    private const string Name = "theirs";
    private const string RoleAnnotation = "eks.amazonaws.com/role-arn";

    private static readonly (string Kind, string Namespace, string Name)[] Planted =
    [
        ("Prometheus", Team, Name), ("ServiceAccount", Team, Name), ("Role", Team, "central-amp-write"), ("Namespace", "", Marks), ("ConfigMap", Marks, "central-amp-values"),
    ];

    private readonly Attempts attempts = new(context, "tenant");

    /// <summary>His objects, byte for byte.</summary>
    public string Fingerprint() =>
        string.Join('\n', Planted.Select(item => cluster.Snapshot(item.Kind, item.Namespace, item.Name)?.ToJsonString() ?? $"no {item.Kind} {item.Namespace}/{item.Name}"));

    /// <summary>What the administrator of the cluster gives to the tenant.</summary>
    public void Prepare()
    {
        cluster.Create("Namespace", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Team } });
        cluster.Create("ServiceAccount", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "tenant", ["namespace"] = Team } });
        Grant(Team);
        cluster.Create("ClusterRole", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "tenants" }, ["rules"] = Rules("", "namespaces", "create", "patch", "get") });
        cluster.Create("ClusterRoleBinding", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "tenants" }, ["roleRef"] = Reference("ClusterRole", "tenants"), ["subjects"] = Subjects() });
    }

    /// <summary>He sets every mark of CentralAmp on objects of his own, in a namespace of the name that CentralAmp uses, too.</summary>
    public async Task ImitateAsync(CancellationToken cancellationToken)
    {
        using var user = await EnterAsync(cancellationToken);
        var statuses = new List<int> { await user.ApplyAsync(Object("v1", "Namespace", Marks, null), Marks, cancellationToken) };
        attempts.Done("a namespace of the name that CentralAmp uses", statuses is [201], statuses[0]);
        // Clusters with self-service make whoever creates a namespace its administrator.
        Grant(Marks);
        foreach (var item in (JsonObject[])[Values(), Account(), WriteRole(), Prometheus()])
            statuses.Add(await user.ApplyAsync(item, Marks, cancellationToken));
        attempts.Done("a Prometheus, a service account, a Role and a namespace with CentralAmp's field manager, labels and annotations", statuses.All(status => status == 201), string.Join(", ", statuses));
    }

    public async Task AskForMoreAsync(string collectorAccount, CancellationToken cancellationToken)
    {
        using var user = await EnterAsync(cancellationToken);
        await attempts.ForbiddenAsync("a token of the collector's service account", () => PostAsync(user, $"{ClusterUser.PathOf("ServiceAccount", "monitoring", collectorAccount)}/token", ClusterUser.TokenRequest("sts.amazonaws.com"), cancellationToken));
        await attempts.ForbiddenAsync("the Secrets beside the collector", async () => (await user.SendAsync(HttpMethod.Get, ClusterUser.PathOf("Secret", "monitoring"), null, cancellationToken)).Status);
        await attempts.ForbiddenAsync("a RoleBinding beside the collector", () => PostAsync(user, ClusterUser.PathOf("RoleBinding", "monitoring"), Binding("monitoring"), cancellationToken));
        await attempts.ForbiddenAsync("CentralAmp's ClusterRole", async () => (await user.SendAsync(HttpMethod.Delete, ClusterUser.PathOf("ClusterRole", "", "central-amp-read"), null, cancellationToken)).Status);
        await attempts.RefusedAsync("the ingest role, with a token of his own service account", () =>
            new CollectorIdentity(TwinAccounts.HomeRegion, ingestRole, SigV4RoleArn: null, cluster.TokenOf(Team, Name)).CredentialsAsync(context.Aws, cancellationToken));
    }

    /// <summary>
    /// Two monitors that the agent selects. One names the agent's own token as the credentials for its target, the other none; the agent scrapes the second only.
    /// </summary>
    public async Task StealAsync(CancellationToken cancellationToken)
    {
        using var user = await EnterAsync(cancellationToken);
        var honest = await user.ApplyAsync(Monitor("honest", null), "kubectl", cancellationToken);
        var thief = await user.ApplyAsync(Monitor("thief", "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"), "kubectl", cancellationToken);
        attempts.Done("monitors that the agent selects", (honest, thief) == (201, 201), $"{honest}, {thief}");
        await context.UntilAsync("the agent has the new monitor", async () => (await ConfigurationAsync(cancellationToken)).Contains("team/honest", StringComparison.Ordinal), cancellationToken);
        var configuration = await ConfigurationAsync(cancellationToken);
        attempts.WithoutEffect("a monitor that sends the agent's token to his target", !configuration.Contains("team/thief", StringComparison.Ordinal));
        foreach (var name in (string[])["honest", "thief"])
            await user.SendAsync(HttpMethod.Delete, ClusterUser.PathOf("ServiceMonitor", Team, name), null, cancellationToken);
    }

    /// <summary>He removes what he made, because the scenario's end expects no object with CentralAmp's names.</summary>
    public void Leave()
    {
        foreach (var (kind, ns, name) in Planted.Where(item => item.Kind != "Namespace"))
            cluster.Delete(kind, ns, name);
        cluster.DeleteNamespace(Marks);
    }

    /// <summary>With a token that the administrator gave to him.</summary>
    private async Task<ClusterUser> EnterAsync(CancellationToken cancellationToken)
    {
        using var administrator = new ClusterUser(cluster, cluster.AdministratorToken);
        return new ClusterUser(cluster, (await administrator.TokenAsync(Team, "tenant", audience: null, cancellationToken))!);
    }

    private async Task<string> ConfigurationAsync(CancellationToken cancellationToken)
    {
        var pod = cluster.List("Pod").First(pod => pod.Namespace() == Marks);
        if (cluster.PrometheusOf(pod.Name(), Marks) is not { } address)
            return "";
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetStringAsync(new Uri(address, "api/v1/status/config"), cancellationToken);
    }

    private static async Task<int> PostAsync(ClusterUser user, string path, JsonObject body, CancellationToken cancellationToken) =>
        (await user.SendAsync(HttpMethod.Post, path, body, cancellationToken)).Status;

    private void Grant(string ns)
    {
        cluster.Create("Role", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "tenant", ["namespace"] = ns }, ["rules"] = Rules("*", "*", "*") });
        cluster.Create("RoleBinding", Binding(ns));
    }

    private static JsonObject Binding(string ns) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "RoleBinding",
        ["metadata"] = new JsonObject { ["name"] = "tenant", ["namespace"] = ns },
        ["roleRef"] = Reference("Role", "tenant"),
        ["subjects"] = Subjects(),
    };

    private static JsonArray Rules(string group, string resource, params string[] verbs) =>
    [
        new JsonObject { ["apiGroups"] = new JsonArray(group), ["resources"] = new JsonArray(resource), ["verbs"] = new JsonArray([.. verbs.Select(verb => JsonValue.Create(verb))]) },
    ];

    private static JsonObject Reference(string kind, string name) => new() { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = name };

    private static JsonArray Subjects() => [new JsonObject { ["kind"] = "ServiceAccount", ["namespace"] = Team, ["name"] = "tenant" }];

    private static JsonObject Values()
    {
        var item = Object("v1", "ConfigMap", "central-amp-values", Marks);
        item["data"] = new JsonObject { ["a"] = "b" };
        return item;
    }

    private JsonObject Account()
    {
        var item = Object("v1", "ServiceAccount", Name, Team);
        item["metadata"]!["annotations"] = new JsonObject { [RoleAnnotation] = ingestRole };
        return item;
    }

    private static JsonObject WriteRole()
    {
        var item = Object("rbac.authorization.k8s.io/v1", "Role", "central-amp-write", Team);
        item["rules"] = new JsonArray();
        return item;
    }

    private JsonObject Prometheus()
    {
        var item = Object("monitoring.coreos.com/v1", "Prometheus", Name, Team);
        item["metadata"]!["labels"]!["central-amp/onboard"] = "true";
        item["metadata"]!["annotations"] = new JsonObject { ["central-amp/onboard"] = "true", ["central-amp/applied"] = "1" };
        var stack = cluster.Snapshot("Prometheus", "monitoring", cluster.Names.Prometheus)!;
        // Paused: his own operator settings do not matter here, and no further Prometheus has to run.
        item["spec"] = new JsonObject { ["paused"] = true, ["replicas"] = 1, ["serviceAccountName"] = Name, ["remoteWrite"] = stack.At("spec", "remoteWrite")!.DeepClone() };
        return item;
    }

    private JsonObject Monitor(string name, string? tokenFile)
    {
        var endpoint = new JsonObject { ["port"] = "metrics" };
        if (tokenFile is not null)
            endpoint["bearerTokenFile"] = tokenFile;
        return new JsonObject
        {
            ["apiVersion"] = "monitoring.coreos.com/v1",
            ["kind"] = "ServiceMonitor",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Team, ["labels"] = new JsonObject { ["release"] = cluster.Names.Release } },
            ["spec"] = new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } }, ["endpoints"] = new JsonArray(endpoint) },
        };
    }

    private static JsonObject Object(string apiVersion, string kind, string name, string? ns)
    {
        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = Marks } };
        if (ns is not null)
            metadata["namespace"] = ns;
        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }
}

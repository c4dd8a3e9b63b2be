using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes.ContractTests;
using CentralAmp.Kubernetes.ContractTests.Servers;

[assembly: AssemblyFixture(typeof(ContractServer))]

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>
/// The API server of the suite: that of the kubeconfig in CENTRALAMP_TEST_KUBECONFIG, or else the twin's stand-in.
/// The fixture installs missing custom resource definitions and the read-only RBAC, and removes them at the end.
/// </summary>
public sealed class ContractServer : IAsyncLifetime
{
    private const string Variable = "CENTRALAMP_TEST_KUBECONFIG";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private readonly List<string> created = [];
    private StandIn? standIn;
    private ServerAccess access = null!;
    private HttpClient http = null!;

    public static ClusterReference Cluster { get; } =
        new("arn:aws:eks:us-east-1:222222222222:cluster/contract", "aws", "222222222222", "us-east-1", "contract");

    /// <summary>Client with the rights of an elevated CentralAmp: cluster-admin.</summary>
    public IKubernetes Administrator { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var kubeconfig = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(kubeconfig))
        {
            standIn = await StandIn.StartAsync();
        }

        access = standIn?.Access ?? Kubeconfig.Read(kubeconfig!);
        http = access.Open();
        Administrator = new KubernetesClient(Cluster, access.Open());
        if (await Administrator.GetAsync(KubernetesPath.ClusterRole(RbacManifests.ReadName), CancellationToken.None) is not null
            || await Administrator.GetAsync(KubernetesPath.Namespace(AgentNames.Namespace), CancellationToken.None) is not null)
        {
            throw new InvalidOperationException($"CentralAmp manages the cluster of {Variable}; the suite needs a cluster that CentralAmp does not manage.");
        }

        await InstallKindsAsync();
        foreach (var item in RbacRules.Reading())
        {
            await RbacRules.EnsureAsync(Administrator, item, CancellationToken.None);
            RemoveAtTheEnd(item.Path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var path in Enumerable.Reverse(created))
        {
            await SendAsync(HttpMethod.Delete, path);
        }

        if (created.Count > 0)
        {
            await WaitUntilDeletedAsync(KubernetesPath.Namespace(AgentNames.Namespace));
        }

        // These are null after a refused kubeconfig or a server that does not answer. Then the test run must show that error, not another one.
        Administrator?.Dispose();
        http?.Dispose();
        if (standIn is not null)
        {
            await standIn.DisposeAsync();
        }
    }

    /// <summary>Deletes the object after the last test. Objects are deleted in reverse order.</summary>
    public void RemoveAtTheEnd(string path)
    {
        lock (created)
        {
            created.Add(path);
        }
    }

    /// <summary>Client with the rights of CentralAmp without an elevation: a member of its group.</summary>
    public IKubernetes AsGroup() => As("contract-member", AccessEntryDecision.Group);

    public IKubernetes As(string user, params string[] groups) => new KubernetesClient(Cluster, access.Open(user, groups));

    /// <summary>Creates a namespace with a unique name.</summary>
    public async Task<ContractNamespace> NewNamespaceAsync()
    {
        var name = $"central-amp-contract-{Guid.NewGuid():N}"[..34];
        var item = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
        (await SendAsync(HttpMethod.Post, "/api/v1/namespaces", item)).Expect(HttpStatusCode.Created);
        return new ContractNamespace(this, name);
    }

    /// <summary>Sends a request as the administrator and returns the unparsed answer.</summary>
    public async Task<RawAnswer> SendAsync(HttpMethod method, string path, JsonNode? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/'));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString());
            request.Content.Headers.ContentType = new(contentType);
        }

        using var response = await http.SendAsync(request, CancellationToken.None);
        return new RawAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(CancellationToken.None));
    }

    /// <summary>Server-side apply as another field manager: Helm, Argo CD, an operator.</summary>
    public Task<RawAnswer> ApplyAsAsync(string manager, string path, JsonObject item, string options = "force=false") =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}&{options}", item, "application/apply-patch+yaml");

    /// <summary>Waits until the namespace controller has deleted the namespace, because the next run must not find it. A bare API server has no such controller.</summary>
    private async Task WaitUntilDeletedAsync(string path)
    {
        for (var attempt = 0; attempt < 30 && await Administrator.GetAsync(path, CancellationToken.None) is not null; attempt++)
        {
            await Task.Delay(1000, CancellationToken.None);
        }
    }

    private async Task InstallKindsAsync()
    {
        using var stream = typeof(ContractServer).Assembly.GetManifestResourceStream("monitoring-crds.json")!;
        foreach (var definition in (await JsonNode.ParseAsync(stream))!.AsArray().OfType<JsonObject>())
        {
            var path = $"{Definitions}/{definition["metadata"]!["name"]}";
            if (await Administrator.GetAsync(path, CancellationToken.None) is null)
            {
                (await SendAsync(HttpMethod.Post, Definitions, definition.DeepClone())).Expect(HttpStatusCode.Created);
                RemoveAtTheEnd(path);
            }
        }

        // The server serves a new kind only after a moment.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (var list in (string[])[KubernetesPath.AllPrometheuses, KubernetesPath.AllPrometheusAgents])
        {
            while (await Administrator.ListAsync(list, limit.Token) is null)
            {
                await Task.Delay(200, limit.Token);
            }
        }
    }
}

/// <summary>An unparsed answer.</summary>
public sealed record RawAnswer(HttpStatusCode Status, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary>Asserts the status and returns the answer. The failure message has the body.</summary>
    public RawAnswer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Body}");
        return this;
    }
}

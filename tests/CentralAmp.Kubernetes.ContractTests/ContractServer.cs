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
/// The API server that the suite runs against: the one of the kubeconfig that CENTRALAMP_TEST_KUBECONFIG names, or else the twin's
/// stand-in. It gets the kinds and the read-only RBAC that it lacks, and loses them again.
/// </summary>
public sealed class ContractServer : IAsyncLifetime
{
    private const string Variable = "CENTRALAMP_TEST_KUBECONFIG";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private readonly List<string> made = [];
    private StandIn? standIn;
    private ServerAccess access = null!;
    private HttpClient http = null!;

    public static ClusterReference Cluster { get; } =
        new("arn:aws:eks:us-east-1:222222222222:cluster/contract", "aws", "222222222222", "us-east-1", "contract");

    /// <summary>As an elevated CentralAmp: may do everything.</summary>
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
            throw new InvalidOperationException($"The cluster of {Variable} is looked after by CentralAmp; the suite wants one of its own.");
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
        foreach (var path in Enumerable.Reverse(made))
        {
            await SendAsync(HttpMethod.Delete, path);
        }

        if (made.Count > 0)
        {
            await EndedAsync(KubernetesPath.Namespace(AgentNames.Namespace));
        }

        // Of a kubeconfig that was refused, or a server that does not answer, there is nothing to end: the refusal is what people shall read.
        Administrator?.Dispose();
        http?.Dispose();
        if (standIn is not null)
        {
            await standIn.DisposeAsync();
        }
    }

    /// <summary>Paths are removed in the reverse order.</summary>
    public void RemoveAtTheEnd(string path)
    {
        lock (made)
        {
            made.Add(path);
        }
    }

    /// <summary>As CentralAmp without an elevation: a member of its group, with what RBAC gives it.</summary>
    public IKubernetes AsGroup() => As("contract-member", AccessEntryDecision.Group);

    public IKubernetes As(string user, params string[] groups) => new KubernetesClient(Cluster, access.Open(user, groups));

    /// <summary>A namespace with a name of its own, gone after the test.</summary>
    public async Task<ContractNamespace> NewNamespaceAsync()
    {
        var name = $"central-amp-contract-{Guid.NewGuid():N}"[..34];
        var item = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
        (await SendAsync(HttpMethod.Post, "/api/v1/namespaces", item)).Expect(HttpStatusCode.Created);
        return new ContractNamespace(this, name);
    }

    /// <summary>Any request as the administrator, with the answer as it came.</summary>
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

    /// <summary>Server-side apply as somebody else: Helm, Argo CD, a person.</summary>
    public Task<RawAnswer> ApplyAsAsync(string manager, string path, JsonObject item, string options = "force=false") =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}&{options}", item, "application/apply-patch+yaml");

    /// <summary>A namespace ends when its controller has emptied it; the next run wants it gone. A bare API server has no such controller.</summary>
    private async Task EndedAsync(string path)
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

        // A new kind is served after a moment.
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

/// <summary>An answer as it came.</summary>
public sealed record RawAnswer(HttpStatusCode Status, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary>The answer, after making sure of its status; the body is in the failure.</summary>
    public RawAnswer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Body}");
        return this;
    }
}

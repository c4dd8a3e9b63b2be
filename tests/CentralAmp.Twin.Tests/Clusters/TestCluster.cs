using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>A cluster of the twin under test, with the calls it recorded and a way to talk to its API over TLS.</summary>
internal sealed class TestCluster : IAsyncDisposable, ICallRecorder, IClusterAuthenticator
{
    public const string Arn = "arn:aws:eks:us-east-1:222222222222:cluster/orders";
    public const string MemberRole = "arn:aws:iam::222222222222:role/CentralAmpMember";
    public const string MemberSession = "arn:aws:sts::222222222222:assumed-role/CentralAmpMember/hub";

    private readonly string folder = Directory.CreateTempSubdirectory("twin-cluster-").FullName;
    private readonly List<RecordedCall> calls = [];
    private HttpClient http = null!;

    private TestCluster()
    {
    }

    public TwinCluster Cluster { get; private set; } = null!;

    /// <summary>Groups of the member role's access entry; null is no entry.</summary>
    public IReadOnlyList<string>? Groups { get; set; } = ["central-amp"];

    public IReadOnlyList<RecordedCall> Calls
    {
        get
        {
            lock (calls)
                return [.. calls];
        }
    }

    /// <summary>The data plane of tests that need none: a proxy that refuses, an authority file that is there.</summary>
    public static DataPlaneAccess NoDataPlane { get; } = new(new Uri("http://127.0.0.1:1"), "/dev/null");

    /// <summary>Only the API server.</summary>
    public static Task<TestCluster> StartAsync(ClusterBehaviour? behaviour = null) =>
        StartAsync(behaviour ?? new ClusterBehaviour(), new PrometheusBinary("/nonexistent", PrometheusBinary.Oldest), NoDataPlane);

    /// <summary>With the stack installed and its pods ready.</summary>
    public static async Task<TestCluster> StartWithStackAsync(PrometheusBinary prometheus, ClusterBehaviour behaviour, DataPlaneAccess? dataPlane = null)
    {
        var quick = behaviour with { OperatorAfter = TimeSpan.FromMilliseconds(100), PodStart = TimeSpan.FromMilliseconds(100) };
        var test = await StartAsync(quick, prometheus, dataPlane ?? NoDataPlane);
        test.Cluster.InstallStackLater();
        try
        {
            await test.Cluster.StackReady.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            return test;
        }
        catch
        {
            await test.DisposeAsync();
            throw;
        }
    }

    /// <summary>ACTIVE, with nodes and without a stack.</summary>
    public static async Task<TestCluster> StartBareAsync(PrometheusBinary prometheus, ClusterBehaviour? behaviour = null)
    {
        var test = await StartAsync((behaviour ?? new ClusterBehaviour()) with { HasOperator = false, PodStart = TimeSpan.FromMilliseconds(100) }, prometheus, NoDataPlane);
        test.Cluster.InstallStackLater();
        return test;
    }

    public void Record(RecordedCall call)
    {
        lock (calls)
            calls.Add(call);
    }

    public CallerIdentity? Authenticate(string presignedUrl, string clusterName) =>
        clusterName == "orders" && presignedUrl.Contains("X-Amz-Signature=good", StringComparison.Ordinal)
            ? new CallerIdentity(MemberSession, "222222222222", MemberRole)
            : null;

    public IReadOnlyList<string>? GroupsOf(string clusterArn, string roleArn) => clusterArn == Arn && roleArn == MemberRole ? Groups : null;

    /// <summary>Sends as the administrator, or with the given token ("" sends none).</summary>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", string? token = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is null or { Length: > 0 })
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Cluster.AdministratorToken);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<ApiAnswer> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, token: token);

    public Task<ApiAnswer> CreateAsync(string path, string body, string? token = null) => SendAsync(HttpMethod.Post, path, body, token: token);

    public Task<ApiAnswer> ApplyAsync(string path, string body, string options = "fieldManager=central-amp", string? token = null) =>
        SendAsync(HttpMethod.Patch, $"{path}?{options}", body, "application/apply-patch+yaml", token);

    /// <summary>The namespace and the kinds of the stack, without the operator that would act on them.</summary>
    public async Task InstallKindsAsync()
    {
        foreach (var name in (string[])["prometheuses.monitoring.coreos.com", "prometheusagents.monitoring.coreos.com"])
        {
            var definition = $$"""{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{name}}"},"spec":{} }""";
            (await CreateAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)).Expect(HttpStatusCode.Created);
        }
        (await CreateAsync("/api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"monitoring"}}""")).Expect(HttpStatusCode.Created);
    }

    /// <summary>Token of a new service account that holds exactly these rules, cluster-wide.</summary>
    public async Task<string> UserWithAsync(params string[] rules)
    {
        const string rbac = "/apis/rbac.authorization.k8s.io/v1";
        (await CreateAsync("/api/v1/namespaces/kube-system/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"user"}}""")).Expect(HttpStatusCode.Created);
        (await CreateAsync($"{rbac}/clusterroles", $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"user"},"rules":[{{string.Join(',', rules)}}]}""")).Expect(HttpStatusCode.Created);
        (await CreateAsync($"{rbac}/clusterrolebindings",
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"user"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"user"},"subjects":[{"kind":"ServiceAccount","namespace":"kube-system","name":"user"}]}
            """)).Expect(HttpStatusCode.Created);
        var answer = await CreateAsync("/api/v1/namespaces/kube-system/serviceaccounts/user/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""");
        return answer.Expect(HttpStatusCode.Created).Json.TextAt("status", "token")!;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        Assert.Empty(Cluster.Faults);
    }

    private static async Task<TestCluster> StartAsync(ClusterBehaviour behaviour, PrometheusBinary prometheus, DataPlaneAccess dataPlane)
    {
        var test = new TestCluster();
        var options = new TwinClusterOptions(test.folder, prometheus, test, () => dataPlane, TimeProvider.System);
        test.Cluster = await TwinCluster.StartAsync(Arn, behaviour, test, options, TestContext.Current.CancellationToken);
        test.http = Client(test.Cluster);
        return test;
    }

    // Trusts the cluster's authority and nothing else, as a client of EKS does.
    private static HttpClient Client(TwinCluster cluster)
    {
        var root = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData)));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        return new HttpClient(handler) { BaseAddress = new Uri(cluster.Endpoint) };
    }
}

/// <summary>An answer of the API server.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Body)
{
    public JsonObject Json => (JsonObject)JsonNode.Parse(Body)!;

    public string Message => Json.TextAt("message") ?? "";

    public string Reason => Json.TextAt("reason") ?? "";

    public IReadOnlyList<JsonObject> Causes => [.. Json.ObjectsAt("details", "causes")];

    /// <summary>The answer, after making sure of its status; the body is in the failure.</summary>
    public ApiAnswer Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Body}");
        return this;
    }
}

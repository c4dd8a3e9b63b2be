using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Sweep;

/// <summary>
/// EKS, IAM, AMP and the workspace of a fleet in the desired state, behind the SDK's clients. Counts every request, computes every answer on
/// demand, and answers changing calls with 501.
/// </summary>
internal sealed class FleetAws(HubSettings settings, IReadOnlyList<ClusterReference> fleet) : HttpClientFactory, IKubernetesClients
{
    private readonly Dictionary<string, ClusterReference> byRole = fleet.ToDictionary(cluster => IngestRole.Name(cluster, Some.CreatedAt));
    private readonly Dictionary<string, ClusterReference> byIssuer = fleet.ToDictionary(cluster => DesiredTrust.IssuerName(IssuerOf(cluster)));
    private readonly ILookup<(string Account, string Region), string> names = fleet.ToLookup(cluster => (cluster.AccountId, cluster.Region), cluster => cluster.Name);

    /// <summary>The number of calls of each AWS operation.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = new();

    /// <summary>ARNs of deleted clusters; their resources in IAM stay.</summary>
    public HashSet<string> Deleted { get; } = [];

    public ConcurrentQueue<string> Unplanned { get; } = new();

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => Client();

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public HttpClient Client() => new(new Handler(this));

    public void Adjust(ClientConfig config)
    {
        config.HttpClientFactory = this;
        config.MaxErrorRetry = 0;
        config.DefaultAWSCredentials = new BasicAWSCredentials($"AKIA{settings.HubAccountId}", "secret");
    }

    public async Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var stack = new FakeCollectorCluster();
        var plan = InspectionScene.PlanOf(cluster, stack.Collector, settings, Some.CreatedAt);
        await InspectionScene.DeliverAsync(stack, cluster, plan, TrustOf(cluster, stack.Collector), settings);
        var written = stack.Writes.Count;
        return new Unwritten(stack, () => stack.Writes.Count - written, Unplanned);
    }

    private bool IsDeleted(string account, string region, string name) => Deleted.Contains(ClusterArn.Build(account, region, name).Arn);

    private static string IssuerOf(ClusterReference cluster) => $"https://oidc.eks.{cluster.Region}.amazonaws.com/id/{cluster.AccountId}{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(cluster.Name))}";

    private ClusterTrust TrustOf(ClusterReference cluster, Collector? collector = null)
    {
        collector ??= new Collector
        {
            Namespace = FakeCollectorCluster.Namespace, Name = FakeCollectorCluster.Name, Uid = "", ServiceAccount = FakeCollectorCluster.Account, StatefulSet = "", Pods = [],
        };
        var described = Some.Described() with { Issuer = IssuerOf(cluster) };
        return ClusterTrust.For(cluster, described, InspectionScene.PlanOf(cluster, collector, settings, Some.CreatedAt).PlannedTrust(), settings);
    }

    private (HttpStatusCode Status, string Body) Answer(string host, string method, string path, string body, string account)
    {
        var parts = path.Split('?')[0].Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        var form = HttpUtility.ParseQueryString(body);
        var (name, answer) = (host.Split('.'), method, parts) switch
        {
            (["eks", var region, ..], "GET", ["clusters"]) => ("ListClusters", Json(new JsonObject { ["clusters"] = new JsonArray([.. names[(account, region)].Where(n => !IsDeleted(account, region, n)).Select(n => (JsonNode)n)]) })),
            (["eks", var region, ..], "GET", ["clusters", var cluster]) when IsDeleted(account, region, cluster) => ("DescribeCluster", (HttpStatusCode.NotFound, """{"__type":"ResourceNotFoundException","message":"No cluster found."}""")),
            (["eks", var region, ..], "GET", ["clusters", var cluster]) => ("DescribeCluster", Describe(ClusterArn.Build(account, region, cluster))),
            (["eks", var region, ..], "GET", ["clusters", var cluster, "access-entries", _]) => ("DescribeAccessEntry", Entry(ClusterArn.Build(account, region, cluster))),
            (["eks", ..], "GET", ["clusters", _, "access-entries", _, "access-policies"]) => ("ListAssociatedAccessPolicies", Json(new JsonObject { ["associatedAccessPolicies"] = new JsonArray() })),
            (["iam", ..], "POST", _) => (form["Action"]!, Iam(form["Action"]!, form, account == settings.HubAccountId, account)),
            (["aps", ..], "GET", ["workspaces", var id]) => ("DescribeWorkspace", Workspace(id)),
            (["aps-workspaces", ..], "POST", ["workspaces", _, "api", "v1", "query"]) => ("Query", (HttpStatusCode.OK, Samples.Answer(Some.Noon.AddSeconds(-20)))),
            _ => ("Unplanned", (HttpStatusCode.NotImplemented, "{}")),
        };
        Calls.AddOrUpdate(name, 1, (_, count) => count + 1);
        if (answer.Item1 == HttpStatusCode.NotImplemented)
        {
            Unplanned.Enqueue($"{method} {host}{path} {body}");
        }

        return answer;
    }

    private static (HttpStatusCode Status, string Body) Describe(ClusterReference cluster) => Json(new JsonObject
    {
        ["cluster"] = new JsonObject
        {
            ["name"] = cluster.Name,
            ["status"] = "ACTIVE",
            ["createdAt"] = Some.CreatedAt / 1000.0,
            ["endpoint"] = Some.Observed.Endpoint,
            ["certificateAuthority"] = new JsonObject { ["data"] = Some.Observed.CertificateAuthority },
            ["identity"] = new JsonObject { ["oidc"] = new JsonObject { ["issuer"] = IssuerOf(cluster) } },
            ["accessConfig"] = new JsonObject { ["authenticationMode"] = "API" },
        },
    });

    private static (HttpStatusCode Status, string Body) Entry(ClusterReference cluster) => Json(new JsonObject
    {
        ["accessEntry"] = new JsonObject
        {
            ["type"] = "STANDARD",
            ["kubernetesGroups"] = new JsonArray(AccessEntryDecision.Group),
            ["tags"] = new JsonObject { [AccessEntryDecision.ClusterTag] = cluster.Arn },
        },
    });

    private static (HttpStatusCode Status, string Body) Workspace(string id) => Json(new JsonObject
    {
        ["workspace"] = new JsonObject
        {
            ["workspaceId"] = id,
            ["status"] = new JsonObject { ["statusCode"] = "ACTIVE" },
            ["prometheusEndpoint"] = $"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/{id}/",
        },
    });

    private (HttpStatusCode Status, string Body) Iam(string action, System.Collections.Specialized.NameValueCollection form, bool isHub, string account) => action switch
    {
        "GetRole" when SideOf(byRole[form["RoleName"]!], isHub) is { } side => Xml(action, $"<Role>{Role(side)}</Role>"),
        "GetRolePolicy" when SideOf(byRole[form["RoleName"]!], isHub) is { } side => Xml(action, $"<PolicyDocument>{SecurityElement.Escape(side.Policy)}</PolicyDocument>"),
        "GetOpenIDConnectProvider" when SideOf(byIssuer[form["OpenIDConnectProviderArn"]!.Split("oidc-provider/")[1]], isHub) is { } side => Xml(
            action, $"<ClientIDList><member>{DesiredTrust.Audience}</member></ClientIDList><Tags>{Tags(side.ProviderTags)}</Tags>"),
        "ListRoles" => Roles(form, isHub, account),
        "ListOpenIDConnectProviders" => Xml(action, $"<OpenIDConnectProviderList>{string.Concat(SidesOf(isHub, account).Where(side => side.ProviderArn is not null)
            .Select(side => $"<member><Arn>{side.ProviderArn}</Arn></member>"))}</OpenIDConnectProviderList>"),
        _ => (HttpStatusCode.NotImplemented, ""),
    };

    private (HttpStatusCode Status, string Body) Roles(System.Collections.Specialized.NameValueCollection form, bool isHub, string account)
    {
        var from = int.Parse(form["Marker"] ?? "0", CultureInfo.InvariantCulture);
        var size = int.Parse(form["MaxItems"]!, CultureInfo.InvariantCulture);
        var all = SidesOf(isHub, account).ToList();
        var page = string.Concat(all.Skip(from).Take(size).Select(side => $"<member>{Role(side)}</member>"));
        var more = from + size < all.Count;
        return Xml("ListRoles", $"<Roles>{page}</Roles><IsTruncated>{(more ? "true" : "false")}</IsTruncated>{(more ? $"<Marker>{from + size}</Marker>" : "")}");
    }

    private IEnumerable<DesiredTrust> SidesOf(bool isHub, string account) =>
        fleet.Where(cluster => isHub || cluster.AccountId == account).Select(cluster => SideOf(cluster, isHub)).OfType<DesiredTrust>();

    private DesiredTrust? SideOf(ClusterReference cluster, bool isHub) => isHub ? TrustOf(cluster).Hub : TrustOf(cluster).Member;

    private static string Role(DesiredTrust side) =>
        $"<Path>{side.RolePath}</Path><RoleName>{side.RoleName}</RoleName><Arn>{side.RoleArn}</Arn>"
        + $"<AssumeRolePolicyDocument>{SecurityElement.Escape(side.TrustPolicy)}</AssumeRolePolicyDocument>"
        + $"<PermissionsBoundary><PermissionsBoundaryArn>{side.BoundaryArn}</PermissionsBoundaryArn></PermissionsBoundary><Tags>{Tags(side.RoleTags)}</Tags>";

    private static string Tags(IReadOnlyDictionary<string, string> tags) =>
        string.Concat(tags.Select(tag => $"<member><Key>{tag.Key}</Key><Value>{SecurityElement.Escape(tag.Value)}</Value></member>"));

    private static (HttpStatusCode Status, string Body) Json(JsonObject body) => (HttpStatusCode.OK, body.ToJsonString());

    private static (HttpStatusCode Status, string Body) Xml(string action, string result) => (
        HttpStatusCode.OK, $"<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{action}Result>{result}</{action}Result></{action}Response>");

    private sealed class Handler(FleetAws aws) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            // The access key contains the account: AKIA or ASIA, then the account id.
            var account = request.Headers.TryGetValues("Authorization", out var given) ? given.Single().Split("Credential=")[1][4..16] : "";
            var (status, text) = aws.Answer(request.RequestUri!.Host, request.Method.Method, request.RequestUri.PathAndQuery, body, account);
            return new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent(text, Encoding.UTF8, text.StartsWith('<') ? "text/xml" : "application/json") };
        }
    }

    /// <summary>A cluster that must not be written to.</summary>
    private sealed class Unwritten(IKubernetes inner, Func<int> writes, ConcurrentQueue<string> unplanned) : IKubernetes
    {
        public Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken) => inner.GetAsync(path, cancellationToken);

        public Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken) => inner.ListAsync(path, cancellationToken);

        public Task<IReadOnlyList<JsonObject>?> ListMetadataAsync(string path, CancellationToken cancellationToken) => inner.ListMetadataAsync(path, cancellationToken);

        public Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken) => inner.ApplyAsync(path, desired, cancellationToken);

        public Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken) => inner.MergePatchAsync(path, patch, cancellationToken);

        public Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken) => inner.CreateAsync(path, body, cancellationToken);

        public Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken) => inner.DeleteAsync(path, uid, cancellationToken);

        public Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken) => inner.ProxyGetAsync(path, cancellationToken);

        public void Dispose()
        {
            if (writes() > 0)
            {
                unplanned.Enqueue($"{writes()} writes to a cluster");
            }
        }
    }
}

/// <summary>An STS whose access keys contain the account; one account may lack its member role.</summary>
internal sealed class LosingSts(string? lostAccount) : AmazonSecurityTokenServiceClient(
    new AnonymousAWSCredentials(), new AmazonSecurityTokenServiceConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 })
{
    public override Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, CancellationToken cancellationToken = default)
    {
        var account = request.RoleArn.Split(':')[4];
        return account != lostAccount
            ? Task.FromResult(new AssumeRoleResponse { Credentials = new Credentials($"ASIA{account}", "secret", "token", Some.Noon.AddDays(1).UtcDateTime) })
            : throw new AmazonSecurityTokenServiceException("User is not authorized to perform: sts:AssumeRole", ErrorType.Sender, "AccessDenied", "r-1", HttpStatusCode.Forbidden);
    }
}

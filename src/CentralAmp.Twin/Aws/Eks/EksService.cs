using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;
using CentralAmp.Twin.Aws.Sts;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>Receives the changing calls to EKS, for CloudTrail.</summary>
public interface IEksEvents
{
    /// <summary>Called after EKS has answered a changing call.</summary>
    /// <param name="clusterArn">The cluster that the call changes.</param>
    /// <param name="answer">Body of the answer; null where CloudTrail records none.</param>
    void Changed(GatewayRequest request, string clusterArn, JsonObject? answer);
}

/// <summary>
/// EKS of the twin: clusters that become ACTIVE after a delay, each with its own issuer, and access entries, which
/// moto does not support. It also authenticates callers of the clusters' Kubernetes APIs.
/// </summary>
public sealed partial class EksService(
    IClusterFactory factory, ClusterTokenVerifier tokens, Func<string, string?> roleIdOf, IEksEvents events, TimeSpan settleDelay, TimeProvider time)
    : IAwsService, IClusterAuthenticator, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, EksCluster> clusters = new();
    private readonly ConcurrentDictionary<string, ClusterBehaviour> behaviours = new();
    private readonly CancellationTokenSource stopping = new();
    private ConfigurationUpdates? configurationUpdates;

    private ConfigurationUpdates Updates => configurationUpdates ??= new(time, stopping.Token);

    public IEnumerable<EksCluster> Clusters => clusters.Values;

    /// <summary>Sets the behaviour of the next cluster with this ARN; the default is that of <see cref="ClusterBehaviour"/>.</summary>
    public void Plan(string clusterArn, ClusterBehaviour behaviour) => behaviours[clusterArn] = behaviour;

    /// <summary>The current cluster with this ARN. A new cluster may reuse the name of a deleted one.</summary>
    public EksCluster? Find(string arn) => clusters.GetValueOrDefault(arn);

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        var call = request.Call;
        return call.Operation switch
        {
            "CreateCluster" => await CreateAsync(request, cancellationToken),
            "DescribeCluster" => GatewayResponse.Json(new JsonObject { ["cluster"] = Cluster(call).Describe() }),
            "ListClusters" => ClusterList.Page(call, Clusters),
            "DeleteCluster" => Delete(request),
            "UpdateClusterConfig" => WithEvent(request, Cluster(call).Arn, Updates.Begin(Cluster(call), call)),
            "DescribeUpdate" => GatewayResponse.Json(Updates.Describe(Cluster(call), call)),
            "ListPodIdentityAssociations" => PodIdentityList.Of(Cluster(call), call),
            "TagResource" or "UntagResource" => Tag(request),
            "ListTagsForResource" => GatewayResponse.Json(new JsonObject { ["tags"] = EksCluster.Map(TagsToChange(call)) }),
            _ => new AccessEntries(Cluster(call), call, roleIdOf, settleDelay, time).Handle(),
        };
    }

    public CallerIdentity? Authenticate(string presignedUrl, string clusterName) => tokens.Authenticate(presignedUrl, clusterName);

    public IReadOnlyList<string>? GroupsOf(string clusterArn, string roleArn)
    {
        var entry = Find(clusterArn)?.AccessEntries.GetValueOrDefault(roleArn);
        return entry is null || entry.RoleId != roleIdOf(roleArn) ? null : entry.GroupsInEffect(time.GetUtcNow());
    }

    public string? AccessEntryArn(string clusterArn, string principalArn) =>
        Find(clusterArn)?.AccessEntries.GetValueOrDefault(principalArn)?.Arn;

    /// <summary>Tags of a cluster or an access entry; empty if the resource does not exist.</summary>
    public IReadOnlyDictionary<string, string> TagsOf(string arn) =>
        TagsOfExisting(arn)?.ToDictionary() ?? [];

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        foreach (var cluster in clusters.Values)
            await cluster.Twin.DisposeAsync();
        clusters.Clear();
        stopping.Dispose();
    }

    private async Task<GatewayResponse> CreateAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        var call = request.Call;
        var name = call.Required("name");
        if (!ClusterNames().IsMatch(name))
            throw new AwsException(400, "InvalidParameterException", "The cluster name must start with a letter or digit and may hold letters, digits, hyphens and underscores, at most 100.");

        var arn = $"arn:aws:eks:{call.Region}:{call.AccountId}:cluster/{name}";
        if (clusters.ContainsKey(arn))
            throw AlreadyExists(name);

        var behaviour = behaviours.GetValueOrDefault(arn) ?? new ClusterBehaviour();
        var twin = await factory.CreateAsync(arn, behaviour, this, cancellationToken);
        var cluster = new EksCluster(arn, name, call.Text("roleArn") ?? "", Network(call), time.GetUtcNow(), twin)
        {
            AuthenticationMode = call.Parameters["accessConfig"]?["authenticationMode"]?.GetValue<string>() ?? "API_AND_CONFIG_MAP",
            Version = call.Text("version") ?? "1.33",
        };
        foreach (var (key, value) in call.Tags("tags"))
            cluster.Tags[key] = value;

        if (!clusters.TryAdd(arn, cluster))
        {
            await twin.DisposeAsync();
            throw AlreadyExists(name);
        }

        _ = SettleAsync(cluster, behaviour);
        return WithEvent(request, cluster.Arn, new JsonObject { ["cluster"] = cluster.Describe() });
    }

    private async Task SettleAsync(EksCluster cluster, ClusterBehaviour behaviour)
    {
        if (!await DelayAsync(behaviour.ActiveAfter) || cluster.Status != "CREATING")
            return;

        cluster.Status = behaviour.EndsFailed ? "FAILED" : "ACTIVE";
        if (behaviour.EndsFailed)
            return;

        cluster.ActiveAt = time.GetUtcNow();
        factory.BecameActive(cluster.Twin);
    }

    private GatewayResponse Delete(GatewayRequest request)
    {
        var cluster = Cluster(request.Call);
        if (cluster.Status == "DELETING")
            throw new AwsException(409, "ResourceInUseException", $"Cluster has currently an update in progress: {cluster.Name} is being deleted");

        cluster.Status = "DELETING";
        _ = RemoveAsync(cluster);
        return WithEvent(request, cluster.Arn, new JsonObject { ["cluster"] = cluster.Describe() });
    }

    private async Task RemoveAsync(EksCluster cluster)
    {
        if (!await DelayAsync(cluster.Twin.Behaviour.DeletingFor))
            return;
        // The cluster leaves the list first: its name is free, and no caller finds a cluster whose Kubernetes side is stopping.
        if (clusters.TryRemove(KeyValuePair.Create(cluster.Arn, cluster)))
            await cluster.Twin.DisposeAsync();
    }

    /// <returns>False if the twin stopped during the delay.</returns>
    private async Task<bool> DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private GatewayResponse Tag(GatewayRequest request)
    {
        var (call, tags) = (request.Call, TagsToChange(request.Call));
        foreach (var (key, value) in call.Operation == "TagResource" ? call.Tags("tags") : new Dictionary<string, string>())
            tags[key] = value;
        if (call.Operation == "UntagResource")
            tags.TryRemove(call.Required("tagKeys"), out _);
        events.Changed(request, call.Required("resourceArn"), null);
        return GatewayResponse.Json(new JsonObject());
    }

    private GatewayResponse WithEvent(GatewayRequest request, string clusterArn, JsonObject answer)
    {
        events.Changed(request, clusterArn, answer);
        return GatewayResponse.Json(answer);
    }

    private ConcurrentDictionary<string, string> TagsToChange(ApiCall call) =>
        TagsOfExisting(call.Required("resourceArn")) ?? throw new AwsException(404, "NotFoundException", $"Resource was not found: {call.Text("resourceArn")}");

    private ConcurrentDictionary<string, string>? TagsOfExisting(string arn) =>
        Find(arn)?.Tags ?? clusters.Values.SelectMany(cluster => cluster.AccessEntries.Values).FirstOrDefault(entry => entry.Arn == arn)?.Tags;

    private EksCluster Cluster(ApiCall call) =>
        Find($"arn:aws:eks:{call.Region}:{call.AccountId}:cluster/{call.Required("name")}")
        ?? throw new AwsException(404, "ResourceNotFoundException", $"No cluster found for name: {call.Text("name")}.");

    private static AwsException AlreadyExists(string name) => new(409, "ResourceInUseException", $"Cluster already exists with name: {name}");

    private static JsonObject Network(ApiCall call)
    {
        var asked = call.Parameters["resourcesVpcConfig"] as JsonObject ?? [];
        return new JsonObject
        {
            ["subnetIds"] = asked["subnetIds"]?.DeepClone() ?? new JsonArray("subnet-0a", "subnet-0b"),
            ["securityGroupIds"] = asked["securityGroupIds"]?.DeepClone() ?? new JsonArray(),
            ["vpcId"] = "vpc-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            ["endpointPublicAccess"] = asked["endpointPublicAccess"]?.DeepClone() ?? true,
            ["endpointPrivateAccess"] = asked["endpointPrivateAccess"]?.DeepClone() ?? false,
            ["publicAccessCidrs"] = asked["publicAccessCidrs"]?.DeepClone() ?? new JsonArray("0.0.0.0/0"),
        };
    }

    [GeneratedRegex("^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$")]
    private static partial Regex ClusterNames();
}

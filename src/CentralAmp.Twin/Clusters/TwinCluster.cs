using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;
using CentralAmp.Twin.Prometheus;
using CentralAmp.Twin.Tls;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Clusters;

/// <summary>What clusters of the twin need from the rest of it.</summary>
/// <param name="Folder">Private; each cluster makes one of its own below.</param>
/// <param name="DataPlane">Asked when a pod starts.</param>
public sealed record TwinClusterOptions(
    string Folder, PrometheusBinary Prometheus, ICallRecorder Recorder, Func<DataPlaneAccess> DataPlane, TimeProvider Time);

/// <summary>One cluster: API server, stack and pods.</summary>
public sealed class TwinCluster : ITwinCluster
{
    private readonly TwinClusterOptions options;
    private readonly TwinCertificateAuthority authority;
    private readonly ServiceAccountTokens tokens;
    private readonly ObjectStore store = new();
    private readonly ObjectWriter writer;
    private readonly Kubelet kubelet;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource stackReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<Exception> faults = new();
    private readonly ConcurrentQueue<PodTrouble> troubles = new();
    private readonly string folder;
    private readonly DateTimeOffset started;
    private LoopbackServer server = null!;
    private ControlLoop? controllers;
    private Task installing = Task.CompletedTask;

    private TwinCluster(string arn, ClusterBehaviour behaviour, TwinClusterOptions options)
    {
        (Arn, Behaviour, this.options) = (arn, behaviour, options);
        started = options.Time.GetUtcNow();
        folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"cluster-{Guid.NewGuid():N}")).FullName;
        authority = new TwinCertificateAuthority("kubernetes", folder, options.Time);
        Names = StackNames.Of(arn);
        tokens = NewTokens();
        writer = new ObjectWriter(store, options.Time);
        kubelet = new Kubelet(new PodSurroundings(
            store, writer, tokens, options.Prometheus, options.DataPlane, behaviour, folder, options.Time, faults.Enqueue, troubles.Enqueue));
        Bootstrap.Install(writer);
    }

    public string Arn { get; }

    public string Issuer => tokens.Issuer;

    public RSA SigningKey => tokens.Key;

    public string KeyId => tokens.KeyId;

    public string Endpoint { get; private set; } = "";

    public string CertificateAuthorityData => Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Pem));

    public ClusterBehaviour Behaviour { get; }

    /// <summary>What the stack's objects are called here.</summary>
    public StackNames Names { get; }

    /// <summary>Bearer token of the cluster's administrator (<c>system:masters</c>); EKS has none, it is for people and tests.</summary>
    public string AdministratorToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>False: nothing answers at the endpoint, as behind a firewall that somebody closed. The pods go on.</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>Ends when the stack was installed and all its pods were ready once.</summary>
    public Task StackReady => stackReady.Task;

    /// <summary>Every start of a pod, in order.</summary>
    public IReadOnlyList<PodStart> PodStarts => kubelet.Starts;

    /// <summary>Every crash and every refused configuration of a pod, in order.</summary>
    public IReadOnlyList<PodTrouble> Troubles => [.. troubles];

    /// <summary>What went wrong in the twin's own controllers and pods; empty in a sound twin.</summary>
    public IReadOnlyCollection<Exception> Faults => faults;

    private string Region => Arn.Split(':')[3];

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
    public Uri? PrometheusOf(string pod) => kubelet.AddressOf(StackNames.Namespace, pod, 9090);

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

    internal static async Task<TwinCluster> StartAsync(
        string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, TwinClusterOptions options, CancellationToken cancellationToken)
    {
        var cluster = new TwinCluster(arn, behaviour, options);
        await cluster.ListenAsync(authenticator, cancellationToken);
        return cluster;
    }

    /// <summary>The control plane is there: somebody installs the stack a while later.</summary>
    internal void InstallStackLater() => installing = InstallAsync(stop.Token);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await installing;
        if (controllers is not null)
            await controllers.DisposeAsync();
        await kubelet.DisposeAsync();
        await server.DisposeAsync();
        tokens.Key.Dispose();
        authority.Dispose();
        stop.Dispose();
        stackReady.TrySetCanceled();
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Behaviour.OperatorAfter, options.Time, cancellationToken);
            new StackInstaller(writer, Names, Behaviour, options.Prometheus.Version).Install();
            controllers = new ControlLoop(store, Controllers(), faults.Enqueue);
        }
        catch (OperationCanceledException)
        {
            // The cluster was deleted before anybody installed anything.
        }
        catch (Exception exception)
        {
            // The edge of a task that nobody waits for: whoever waits for the stack learns of it.
            stackReady.TrySetException(exception);
        }
    }

    private Func<Task> Controllers()
    {
        var prometheusOperator = new PrometheusOperator(
            store, writer, options.Prometheus.Version, ClusterMetrics.ScrapeConfigs(server.Addresses[1].Authority, Names), options.Time);
        var statefulSets = new StatefulSetController(store, writer, new PodIdentityWebhook(Region, Behaviour));
        return async () =>
        {
            prometheusOperator.Reconcile();
            statefulSets.Reconcile();
            await kubelet.ReconcileAsync();
            kubelet.ConfigurationChanged();
            if (store.List(ResourceKind.Pod) is { Count: > 0 } pods && pods.All(p => p.IsReady()))
                stackReady.TrySetResult();
        };
    }

    private ServiceAccountTokens NewTokens()
    {
        // Every cluster, a recreated one too, has an issuer of its own.
        var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var suffix = Region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        return new ServiceAccountTokens(
            $"https://oidc.eks.{Region}.{suffix}/id/{id}", RSA.Create(2048), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)), options.Time);
    }

    // The API over TLS; beside it, without, what there is to scrape.
    private async Task ListenAsync(IClusterAuthenticator authenticator, CancellationToken cancellationToken)
    {
        var api = BuildApi(authenticator);
        server = await LoopbackServer.StartAsync(
            context => context.Request.IsHttps
                ? AnswerAsync(api, context)
                : context.Response.WriteAsync(ClusterMetrics.Text(options.Time.GetUtcNow() - started)),
            cancellationToken,
            listener => listener.UseHttps(authority.Issue("127.0.0.1", "localhost")),
            _ => { });
        Endpoint = server.Addresses[0].ToString().TrimEnd('/');
    }

    private Task AnswerAsync(KubernetesApi api, HttpContext context)
    {
        if (IsReachable)
            return api.HandleAsync(context);
        context.Abort();
        return Task.CompletedTask;
    }

    private KubernetesApi BuildApi(IClusterAuthenticator authenticator)
    {
        var authorizer = new Authorizer(store);
        var requested = Behaviour.TokensOfAnotherCluster ? NewTokens() : tokens;
        return new KubernetesApi(
            Arn,
            store,
            new TokenAuthentication(Arn, authenticator, tokens, AdministratorToken),
            authorizer,
            new ResourceEndpoints(store, writer, authorizer),
            new TokenRequests(store, requested),
            new PodProxy(store, kubelet, ProxyClient),
            options.Recorder,
            options.Time);
    }

    private static HttpClient ProxyClient { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    private static ResourceKind KindOf(string kind) => ResourceKind.All.Single(k => k.Kind == kind);
}

/// <summary>Makes clusters when EKS is asked for them.</summary>
public sealed class TwinClusterFactory(TwinClusterOptions options) : IClusterFactory
{
    public async Task<ITwinCluster> CreateAsync(
        string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, CancellationToken cancellationToken) =>
        await TwinCluster.StartAsync(arn, behaviour, authenticator, options, cancellationToken);

    public void BecameActive(ITwinCluster cluster) => ((TwinCluster)cluster).InstallStackLater();
}

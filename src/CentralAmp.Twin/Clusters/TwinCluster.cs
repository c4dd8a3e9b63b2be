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

/// <summary>Options that all clusters of a twin share.</summary>
/// <param name="Folder">Private; each cluster makes one of its own below.</param>
/// <param name="DataPlane">Asked when a pod starts.</param>
public sealed record TwinClusterOptions(
    string Folder, PrometheusBinary Prometheus, ICallRecorder Recorder, Func<DataPlaneAccess> DataPlane, TimeProvider Time);

/// <summary>One cluster: API server, stack and pods.</summary>
public sealed partial class TwinCluster : ITwinCluster
{
    // Longer than any client waits for an answer.
    private static readonly TimeSpan Slowness = TimeSpan.FromMinutes(2);

    private readonly TwinClusterOptions options;
    private readonly TwinCertificateAuthority authority;
    private readonly ServiceAccountTokens tokens;
    private readonly ObjectStore store = new();
    private readonly ObjectWriter writer;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource stackReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<Exception> faults = new();
    private readonly ConcurrentQueue<PodFailure> podFailures = new();
    private readonly string folder;
    private readonly DateTimeOffset started;
    private LoopbackServer server = null!;
    private ClusterPorts ports = null!;
    private PrivateEndpoint? privateEndpoint;
    private KubernetesApi api = null!;
    private Kubelet kubelet = null!;
    private StackInstaller installer = null!;
    private ControlLoop? controllers;
    private volatile bool hasOperator;
    private Task installing = Task.CompletedTask;

    private TwinCluster(string arn, ClusterBehaviour behaviour, TwinClusterOptions options)
    {
        (Arn, Behaviour, this.options) = (arn, behaviour, options);
        started = options.Time.GetUtcNow();
        folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"cluster-{Guid.NewGuid():N}")).FullName;
        authority = new TwinCertificateAuthority("kubernetes", folder, options.Time);
        Names = StackNames.Of(arn);
        tokens = NewTokens();
        writer = new ObjectWriter(store, options.Time, behaviour.OlderOperator ? OlderDefinitions.Of : null);
        Bootstrap.Install(writer);
        if (behaviour.TerminatingNamespace is { } ending)
            Bootstrap.BeginEndless(writer, ending);
    }

    public string Arn { get; }

    public string Issuer => tokens.Issuer;

    public RSA SigningKey => tokens.Key;

    public string KeyId => tokens.KeyId;

    public string Endpoint { get; private set; } = "";

    public string CertificateAuthorityData => Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Pem));

    public ClusterBehaviour Behaviour { get; }

    /// <summary>Names of the stack's objects in this cluster.</summary>
    public StackNames Names { get; }

    /// <summary>Bearer token of the cluster's administrator (<c>system:masters</c>); only operators and tests use it, EKS has none.</summary>
    public string AdministratorToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>False: nothing answers at the endpoint, as behind a closed firewall. The pods continue to run.</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>Completes when the stack is installed and all its pods have been ready.</summary>
    public Task StackReady => stackReady.Task;

    /// <summary>EKS Pod Identity associations of the stack's own service account.</summary>
    public IReadOnlyList<(string Namespace, string ServiceAccount, string RoleArn)> PodIdentities =>
        Behaviour.PodIdentityRole is { } role ? [(StackNames.Namespace, Names.Prometheus, role)] : [];

    /// <summary>
    /// Starts of the pods of the cluster's own Prometheus beyond the first of each, with whether samples were lost: what CentralAmp
    /// must not cause unless the storage persists or a tag allows it.
    /// </summary>
    public IReadOnlyList<PodStart> OwnRestarts => [.. kubelet.Starts.Where(start => start.Namespace == StackNames.Namespace)
        .GroupBy(start => start.Pod).SelectMany(pod => pod.Skip(1)).OrderBy(start => start.Time)];

    /// <summary>Every start of a pod, in order.</summary>
    public IReadOnlyList<PodStart> PodStarts => kubelet.Starts;

    /// <summary>Every crash and every refused configuration of a pod, in order.</summary>
    public IReadOnlyList<PodFailure> PodFailures => [.. podFailures];

    /// <summary>Exceptions of the twin's own controllers and pods; empty unless the twin has a bug.</summary>
    public IReadOnlyCollection<Exception> Faults => faults;

    private string Region => Arn.Split(':')[3];

    internal static async Task<TwinCluster> StartAsync(
        string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, TwinClusterOptions options, CancellationToken cancellationToken)
    {
        var cluster = new TwinCluster(arn, behaviour, options);
        await cluster.ListenAsync(authenticator, cancellationToken);
        return cluster;
    }

    /// <summary>Called when the control plane is ACTIVE: nodes join, and the stack is installed after a delay.</summary>
    internal void InstallStackLater()
    {
        new ClusterContents(writer, ports).Install(Behaviour.Nodes);
        controllers = new ControlLoop(store, Controllers(), faults.Enqueue);
        if (Behaviour.HasOperator)
            installing = InstallAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await installing;
        if (controllers is not null)
            await controllers.DisposeAsync();
        await kubelet.DisposeAsync();
        await server.DisposeAsync();
        if (privateEndpoint is not null)
            await privateEndpoint.DisposeAsync();
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
            InstallStack();
            while (Behaviour.GitOpsInterval is { } interval)
            {
                await Task.Delay(interval, options.Time, cancellationToken);
                ApplyStackAgain();
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster was deleted during the delay.
        }
        catch (Exception exception)
        {
            // No caller awaits this task; the exception reaches callers that await StackReady.
            stackReady.TrySetException(exception);
            faults.Enqueue(exception);
        }
    }

    private Func<Task> Controllers()
    {
        var jobs = new ScrapeJobs(store, ports, Names);
        var prometheusOperator = new PrometheusOperator(store, writer, options.Prometheus.Version, jobs, Behaviour, options.Time);
        var statefulSets = new StatefulSetController(store, writer, new PodIdentityWebhook(Region, Behaviour), Behaviour.Refusals);
        var garbage = new GarbageCollector(store, writer);
        var endpoints = new EndpointsController(store, writer);
        return async () =>
        {
            garbage.Reconcile();
            if (hasOperator)
                prometheusOperator.Reconcile();
            statefulSets.Reconcile();
            await kubelet.ReconcileAsync();
            kubelet.ConfigurationChanged();
            endpoints.Reconcile();
            if (store.List(ResourceKind.Pod, StackNames.Namespace) is { Count: > 0 } pods && pods.All(p => p.IsReady()))
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

    // The API and the kubelet over TLS; beside them, without, what there is to scrape.
    private async Task ListenAsync(IClusterAuthenticator authenticator, CancellationToken cancellationToken)
    {
        var certificate = authority.Issue("127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc");
        var authentication = new TokenAuthentication(Arn, authenticator, tokens, AdministratorToken);
        var node = new KubeletEndpoint(authentication, new Authorizer(store), () => options.Time.GetUtcNow() - started);
        server = await LoopbackServer.StartAsync(
            context => AnswerAsync(node, context),
            cancellationToken,
            listener => listener.UseHttps(certificate),
            listener => listener.UseHttps(certificate),
            _ => { },
            _ => { },
            _ => { });
        ports = ClusterPorts.Of(server.Addresses);
        var own = new Uri($"https://{server.Addresses[0].Authority}");
        kubelet = new Kubelet(new PodSurroundings(
            store, writer, tokens, options.Prometheus, options.DataPlane, Behaviour, folder, own.Authority, authority.Pem, options.Time, faults.Enqueue, podFailures.Enqueue));
        installer = new StackInstaller(store, writer, Names, Behaviour, ports, options.Prometheus.Version);
        api = BuildApi(authentication, node);
        privateEndpoint = await PrivateEndpoint.OpenAsync(Behaviour.Endpoint, folder, cancellationToken);
        Endpoint = (privateEndpoint?.Address ?? own).ToString().TrimEnd('/');
    }

    private async Task AnswerAsync(KubeletEndpoint node, HttpContext context)
    {
        if (context.Connection.LocalPort == ports.Kubelet)
        {
            await node.HandleAsync(context);
            return;
        }
        if (context.Connection.LocalPort != ports.Api)
        {
            await ports.AnswerAsync(context, node.Uptime);
            return;
        }

        // An unreachable cluster still answers its own pods, which send their service account's token, a JWT.
        var isInside = context.Request.Headers.Authorization.ToString().StartsWith("Bearer eyJ", StringComparison.Ordinal);
        if (!IsReachable && !isInside)
        {
            context.Abort();
            return;
        }
        if (Behaviour.Endpoint == EndpointKind.Slow && !isInside)
            await Task.Delay(Slowness, options.Time, context.RequestAborted);
        await api.HandleAsync(context);
    }

    private KubernetesApi BuildApi(TokenAuthentication authentication, KubeletEndpoint node)
    {
        var authorizer = new Authorizer(store);
        var requested = Behaviour.TokensOfAnotherCluster ? NewTokens() : tokens;
        return new KubernetesApi(
            Arn,
            store,
            authentication,
            authorizer,
            new ResourceEndpoints(store, writer, authorizer, Behaviour.Refusals),
            new TokenRequests(store, requested),
            new PodProxy(store, kubelet, ProxyClient),
            node,
            options.Recorder,
            options.Time);
    }

    private static HttpClient ProxyClient { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
}

/// <summary>Makes clusters when EKS is asked for them.</summary>
public sealed class TwinClusterFactory(TwinClusterOptions options) : IClusterFactory
{
    public async Task<ITwinCluster> CreateAsync(
        string arn, ClusterBehaviour behaviour, IClusterAuthenticator authenticator, CancellationToken cancellationToken) =>
        await TwinCluster.StartAsync(arn, behaviour, authenticator, options, cancellationToken);

    public void BecameActive(ITwinCluster cluster) => ((TwinCluster)cluster).InstallStackLater();
}

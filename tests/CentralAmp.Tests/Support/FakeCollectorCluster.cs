using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Tests.Support;

/// <summary>
/// A cluster with kube-prometheus-stack in memory: server-side apply with managers, an operator that restarts pods, a webhook that
/// gives them the role, and pods that load their configuration. An unplanned call is 404 (reads) or fails the test (writes).
/// </summary>
public sealed class FakeCollectorCluster : IKubernetes, IKubernetesClients
{
    public const string Namespace = "monitoring";
    public const string Name = "stack";
    public const string Account = "stack-prometheus";

    private static readonly string PrometheusPath = KubernetesPath.Prometheus(Namespace, Name);
    private static readonly string AccountPath = KubernetesPath.ServiceAccount(Namespace, Account);
    private readonly Dictionary<string, Queue<Exception?>> failures = [];
    private readonly Dictionary<string, (string Yaml, bool Reloaded)> loaded = [];

    public FakeCollectorCluster(int replicas = 1)
    {
        Objects.Create(PrometheusPath, "helm", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["serviceAccountName"] = Account,
                ["storage"] = new JsonObject { ["volumeClaimTemplate"] = new JsonObject { ["spec"] = new JsonObject() } },
            },
        });
        Objects.Create(AccountPath, "helm", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Account, ["namespace"] = Namespace } });
        Reconcile();
    }

    public ApplyStore Objects { get; } = new();

    /// <summary>Off: the operator does nothing until <see cref="Reconcile"/>.</summary>
    public bool OperatorIsQuick { get; set; } = true;

    public bool WebhookWorks { get; set; } = true;

    /// <summary>Off: new pods stay unready.</summary>
    public bool PodsStart { get; set; } = true;

    /// <summary>Off: pods refuse a configuration with CentralAmp's entry.</summary>
    public bool ReloadWorks { get; set; } = true;

    /// <summary>Off: the API server does not reach pods.</summary>
    public bool ProxyWorks { get; set; } = true;

    /// <summary>Off: the cluster has no CRDs of the operator.</summary>
    public bool HasOperator { get; set; } = true;

    /// <summary>Off: the operator is older than the PrometheusAgent resource.</summary>
    public bool HasAgentCrd { get; set; } = true;

    /// <summary>
    /// The message with which a quota or policy refuses pods of managed agents. Null: the controller creates them; empty: it does not, and
    /// there is no event.
    /// </summary>
    public string? PodsAreRefused { get; set; }

    /// <summary>Time of the refusal's event.</summary>
    public DateTimeOffset PodsAreRefusedAt { get; set; } = Some.Noon.AddSeconds(1);

    /// <summary>Off: pods of a managed agent continue after its deletion.</summary>
    public bool PodsTerminate { get; set; } = true;

    /// <summary>Off: pods of the stack keep the configuration that they have loaded.</summary>
    public bool StackReloads { get; set; } = true;

    public int PodsRolled { get; private set; }

    public JsonObject Prometheus => Objects.Get(PrometheusPath)!;

    public JsonObject ServiceAccount => Objects.Get(AccountPath)!;

    public IReadOnlyList<string> Writes => Objects.Writes;

    public Collector Collector
    {
        get
        {
            var read = PrometheusResource.Read(Prometheus);
            return new Collector
            {
                Namespace = Namespace,
                Name = Name,
                Uid = read.Uid,
                ServiceAccount = Account,
                StatefulSet = CollectorNames.StatefulSet(Name, 0),
                Pods = [.. CollectorNames.Pods(Name, read.Replicas, 1)],
                Replicas = read.Replicas,
            };
        }
    }

    /// <summary>The answer to TokenRequests.</summary>
    public string Token { get; set; } = TokenOf(Some.Observed.Issuer!, $"system:serviceaccount:{Namespace}:{Account}");

    public static string TokenOf(string issuer, string subject) => string.Join('.', ((string[])
    [
        """{"alg":"RS256"}""", new JsonObject { ["iss"] = issuer, ["sub"] = subject }.ToJsonString(), "signature",
    ]).Select(part => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part))));

    /// <summary>The next call of this method and path fails with this status, mapped as <see cref="KubernetesClient"/> does.</summary>
    public void FailOnce(string methodAndPath, int status, string reason = "", string message = "planned", params KubernetesCause[] causes)
    {
        FailOnce(methodAndPath, KubernetesFailures.Of(new KubernetesException(status, reason, message, causes, null), methodAndPath));
    }

    /// <param name="failure">Null: the call succeeds, and the next planned failure applies to the call after it.</param>
    public void FailOnce(string methodAndPath, Exception? failure)
    {
        if (!failures.TryGetValue(methodAndPath, out var queue))
        {
            failures[methodAndPath] = queue = new();
        }

        queue.Enqueue(failure);
    }

    public void Reconcile()
    {
        FakeAgentWorkloads.Reconcile(this, loaded);
        if (Objects.Get(PrometheusPath) is null || Objects.Get(AccountPath) is null)
        {
            return;
        }

        var read = PrometheusResource.Read(Prometheus);
        var role = read.PodAnnotations.GetValueOrDefault(ManagedNames.RoleAnnotation, "");
        var setPath = KubernetesPath.StatefulSet(Namespace, CollectorNames.StatefulSet(Name, 0));
        var isNew = Objects.Get(setPath) is not { } set || StatefulSetResource.Read(set).RoleInTemplate != role;
        foreach (var pod in CollectorNames.Pods(Name, read.Replicas, 1))
        {
            if (isNew)
            {
                PodsRolled++;
                Objects.Put(KubernetesPath.Pod(Namespace, pod), Pod(pod, role));
            }

            if (StackReloads)
            {
                Load(pod, read);
            }
        }

        var ready = PodsStart ? read.Replicas : 0;
        if (isNew)
        {
            Objects.Put(setPath, StatefulSet(read.Replicas, ready, role));
        }
    }

    public Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken) =>
        Task.FromResult<IKubernetes>(this);

    public Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        ThrowPlanned($"GET {path}");
        return Task.FromResult(Objects.Get(path));
    }

    public Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken)
    {
        ThrowPlanned($"GET {path}");
        return Task.FromResult(path switch
        {
            _ when path == KubernetesPath.AllPrometheuses => HasOperator ? Objects.All("/prometheuses/") : null,
            _ when path == KubernetesPath.AllPrometheusAgents => HasOperator && HasAgentCrd ? Objects.All("/prometheusagents/") : null,
            _ when path == KubernetesPath.AllServiceMonitors => HasOperator ? Objects.All("/servicemonitors/") : null,
            _ when path == KubernetesPath.Nodes => Objects.All("/api/v1/nodes/"),
            _ when path.StartsWith(KubernetesPath.Events("central-amp", "FailedCreate"), StringComparison.Ordinal) => Objects.All("/events/"),
            _ when path == KubernetesPath.AllServiceAccounts => Objects.All("/serviceaccounts/"),
            _ when path == KubernetesPath.RoleBindings("central-amp") => Objects.All($"{path}/"),
            _ when path.Contains("?labelSelector=", StringComparison.Ordinal) => Objects.Labelled(path),
            _ => throw new InvalidOperationException($"The test did not plan a list of {path}."),
        });
    }

    public Task<IReadOnlyList<JsonObject>?> ListMetadataAsync(string path, CancellationToken cancellationToken)
    {
        ThrowPlanned($"GET {path}");
        return Task.FromResult(Objects.All($"{path}/"));
    }

    public Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken)
    {
        ThrowPlanned($"PATCH {path}");
        try
        {
            var applied = Objects.Apply(path, ManagedNames.FieldManager, desired);
            if (OperatorIsQuick)
            {
                Reconcile();
            }

            return Task.FromResult(applied);
        }
        catch (KubernetesException e)
        {
            throw KubernetesFailures.Of(e, $"applying {path}");
        }
    }

    public Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken)
    {
        ThrowPlanned($"PATCH {path}");
        try
        {
            var patched = Objects.Patch(path, ManagedNames.FieldManager, patch);
            Reconcile();
            return Task.FromResult(patched);
        }
        catch (KubernetesException e)
        {
            throw KubernetesFailures.Of(e, $"patching {path}");
        }
    }

    public Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        ThrowPlanned($"POST {path}");
        return path == KubernetesPath.TokenRequest(Namespace, Account) || path == KubernetesPath.TokenRequest("central-amp", "central-amp-collector")
            ? Task.FromResult(new JsonObject { ["status"] = new JsonObject { ["token"] = Token } })
            : throw new InvalidOperationException($"The test did not plan a POST to {path}.");
    }

    public Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken)
    {
        ThrowPlanned($"DELETE {path}");
        var deleted = Objects.DeleteManaged(path, uid);
        Reconcile();
        return Task.FromResult(deleted);
    }

    public Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken)
    {
        ThrowPlanned($"GET {path}");
        var pod = loaded.Keys.FirstOrDefault(name => path.StartsWith(name, StringComparison.Ordinal));
        if (!ProxyWorks || pod is null)
        {
            return Task.FromResult(new ProxyAnswer(503, "no route to the pod"));
        }

        var (yaml, reloaded) = loaded[pod];
        return Task.FromResult(path.EndsWith(LoadedConfiguration.MetricsTarget, StringComparison.Ordinal)
            ? new ProxyAnswer(200, $"# TYPE x gauge\nprometheus_config_last_reload_successful {(reloaded ? 1 : 0)}\nup 1\n")
            : new ProxyAnswer(200, new JsonObject { ["status"] = "success", ["data"] = new JsonObject { ["yaml"] = yaml } }.ToJsonString()));
    }

    public void Dispose()
    {
        // The test keeps the cluster after its steps have closed their connections.
    }

    private JsonObject Pod(string name, string role) => Pod(name, role, ServiceAccountResource.Read(ServiceAccount));

    internal JsonObject Pod(string name, string role, ServiceAccountResource account)
    {
        var environment = WebhookWorks && account.RoleArn.Length > 0
            ? new JsonArray(new JsonObject { ["name"] = "AWS_ROLE_ARN", ["value"] = account.RoleArn })
            : [];
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = Annotations(role) },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(
                    new JsonObject { ["name"] = "config-reloader" }, new JsonObject { ["name"] = "prometheus", ["env"] = environment }),
            },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = PodsStart ? "True" : "False" }),
            },
        };
    }

    internal static JsonObject StatefulSet(int replicas, int ready, string role) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = CollectorNames.StatefulSet(Name, 0), ["generation"] = 2 },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = Annotations(role) } },
        },
        ["status"] = new JsonObject
        {
            ["observedGeneration"] = 2,
            ["readyReplicas"] = ready,
            ["updatedReplicas"] = replicas,
            ["currentRevision"] = "a",
            ["updateRevision"] = "a",
        },
    };

    private static JsonObject Annotations(string role) => role.Length == 0 ? [] : new JsonObject { [ManagedNames.RoleAnnotation] = role };

    private void Load(string pod, PrometheusResource read)
    {
        var proxy = KubernetesPath.PodProxy(Namespace, pod, 9090, "/");
        loaded[proxy] = !ReloadWorks && read.RemoteWrite.Count > 0 ? (loaded.GetValueOrDefault(proxy).Yaml ?? "", false) : (Yaml(read.RemoteWrite), true);
    }

    /// <summary>Prints the loaded configuration as Prometheus does.</summary>
    internal static string Yaml(IEnumerable<JsonObject> remoteWrite)
    {
        var yaml = new StringBuilder("global:\n  scrape_interval: 30s\n");
        foreach (var entry in remoteWrite)
        {
            yaml.Append("remote_write:\n- url: ").Append(entry["url"]).Append('\n');
            foreach (var rule in entry["writeRelabelConfigs"]?.AsArray() ?? [])
            {
                yaml.Append("  - target_label: ").Append(rule!["targetLabel"]).Append("\n    replacement: ").Append(rule["replacement"]).Append('\n');
                if (rule["regex"] is { } regex)
                {
                    yaml.Append("    regex: ").Append(regex).Append('\n');
                }
            }

            yaml.Append("  name: ").Append(entry["name"]).Append('\n');
            if (entry["sigv4"]?["roleArn"] is { } role)
            {
                yaml.Append("  sigv4:\n    role_arn: ").Append(role).Append('\n');
            }
        }

        return yaml.ToString();
    }

    private void ThrowPlanned(string call)
    {
        if (failures.TryGetValue(call, out var queue) && queue.TryDequeue(out var failure) && failure is not null)
        {
            throw failure;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;

namespace CentralAmp.Deliveries.Agent;

/// <summary>Delivery <c>agent</c>: CentralAmp's Prometheus in agent mode, without an operator. Pure; reviewed in the golden files of the tests.</summary>
public static class AgentWorkload
{
    private const string ConfigFolder = "/etc/prometheus/config";
    private const string WalFolder = "/prometheus";
    private const string AppLabel = "app.kubernetes.io/name";

    /// <summary>The objects that CentralAmp's RBAC in the namespace allows to write, in this order.</summary>
    public static IReadOnlyList<JsonObject> Render(AgentSpec spec) => [ConfigMap(spec), StatefulSet(spec)];

    public static JsonObject ConfigMap(AgentSpec spec) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = AgentMetadata.Of(AgentNames.Agent),
        ["data"] = new JsonObject { [AgentNames.ConfigKey] = Configuration(spec) },
    };

    public static JsonObject StatefulSet(AgentSpec spec) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "StatefulSet",
        ["metadata"] = AgentMetadata.Of(AgentNames.Agent),
        ["spec"] = new JsonObject
        {
            // Two replicas would send everything twice.
            ["replicas"] = 1,
            ["serviceName"] = AgentNames.Agent,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [AppLabel] = AgentNames.Agent } },
            ["template"] = new JsonObject { ["metadata"] = PodMetadata(spec), ["spec"] = PodSpec(spec) },
        },
    };

    /// <summary>The text of <c>prometheus.yml</c>.</summary>
    public static string Configuration(AgentSpec spec) => Yaml.Print(new JsonObject
    {
        ["global"] = Global(spec.Limits),
        ["scrape_configs"] = ScrapeConfigs.Render(),
        ["remote_write"] = new JsonArray(PrometheusYaml.OfEntry(spec.Entry)),
    });

    private static JsonObject Global(AgentLimits limits)
    {
        var global = new JsonObject { ["scrape_interval"] = "30s", ["scrape_timeout"] = "10s" };
        foreach (var (name, limit) in ((string, int)[])[("sample_limit", limits.Samples), ("target_limit", limits.Targets), ("label_limit", limits.Labels)])
        {
            if (limit > 0)
            {
                global[name] = limit;
            }
        }

        return global;
    }

    private static JsonObject PodMetadata(AgentSpec spec)
    {
        var labels = AgentMetadata.Labels();
        labels[AppLabel] = AgentNames.Agent;
        return new JsonObject
        {
            ["labels"] = labels,
            ["annotations"] = new JsonObject
            {
                [ManagedNames.RoleAnnotation] = spec.RoleArn,
                [AgentNames.ConfigHashAnnotation] = Hash(Configuration(spec)),
            },
        };
    }

    private static JsonObject PodSpec(AgentSpec spec)
    {
        var pod = new JsonObject
        {
            ["serviceAccountName"] = AgentNames.ServiceAccount,
            ["nodeSelector"] = AgentPod.NodeSelector(),
            ["securityContext"] = AgentPod.PodSecurity(),
            // Prometheus sends the samples in memory before it ends.
            ["terminationGracePeriodSeconds"] = 60,
            ["containers"] = new JsonArray(Container(spec)),
            ["volumes"] = new JsonArray(
                new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = AgentNames.Agent } },
                new JsonObject { ["name"] = "wal", ["emptyDir"] = AgentPod.Storage() }),
        };
        if (spec.Tolerations.Count > 0)
        {
            pod["tolerations"] = spec.Tolerations.DeepClone();
        }

        return pod;
    }

    private static JsonObject Container(AgentSpec spec) => new()
    {
        ["name"] = AgentNames.Container,
        ["image"] = spec.Image,
        ["args"] = new JsonArray(
            "--agent",
            $"--config.file={ConfigFolder}/{AgentNames.ConfigKey}",
            $"--storage.agent.path={WalFolder}",
            $"--web.listen-address=:{AgentNames.Port}"),
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = AgentNames.Port, ["protocol"] = "TCP" }),
        // A large write-ahead log takes minutes to replay: 10 s, sixty times.
        ["startupProbe"] = Probe("/-/ready", period: 10, failures: 60),
        ["readinessProbe"] = Probe("/-/ready", period: 5, failures: 3),
        ["livenessProbe"] = Probe("/-/healthy", period: 10, failures: 6),
        ["resources"] = AgentPod.Resources(),
        ["securityContext"] = AgentPod.ContainerSecurity(),
        ["volumeMounts"] = new JsonArray(
            new JsonObject { ["name"] = "config", ["mountPath"] = ConfigFolder, ["readOnly"] = true },
            new JsonObject { ["name"] = "wal", ["mountPath"] = WalFolder }),
    };

    private static JsonObject Probe(string path, int period, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = AgentNames.Port },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 3,
        ["failureThreshold"] = failures,
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}

using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The file system of one pod: volumes, projected tokens, the configuration; and the environment of its process.</summary>
internal sealed class PodFiles
{
    /// <summary>In a scrape configuration: the address of the pod's own Prometheus.</summary>
    public const string OwnAddress = "$(POD_ADDRESS)";

    private readonly JsonObject pod;
    private readonly PrometheusContainer container;
    private readonly PodSurroundings surroundings;
    private readonly string root;
    private readonly string data;
    private string written = "";

    public PodFiles(JsonObject pod, PrometheusContainer container, PodSurroundings surroundings)
    {
        (this.pod, this.container, this.surroundings) = (pod, container, surroundings);
        root = Directory.CreateDirectory(Path.Combine(surroundings.Folder, "pods", pod.Uid())).FullName;
        data = container.IsEphemeral ? Path.Combine(root, "data") : Path.Combine(surroundings.Folder, "volumes", $"{pod.Namespace()}-{pod.Name()}");
    }

    private string Configuration => Inside(container.ConfigurationFile);

    /// <summary>Whether every object that the volumes name exists; until then the pod waits (ContainerCreating).</summary>
    public bool IsMountable => container.Mounts.All(mount =>
        mount.Volume.TextAt("configMap", "name") is not { } name || surroundings.Store.Find(ResourceKind.ConfigMap, pod.Namespace(), name) is not null);

    public PrometheusStart PrometheusStart(string podAddress) => new(surroundings.Prometheus, Configuration, data, Path.Combine(root, "prometheus.log"))
    {
        Environment = Environment(podAddress),
        Prepare = address =>
        {
            MountConfigMaps();
            WriteConfiguration(address);
        },
        IsAgent = container.IsAgent,
        OtherFlags = [.. container.OtherFlags.Select(Placed)],
        Host = podAddress,
    };

    /// <summary>Writes the configuration as it is now; false if it is the one already written.</summary>
    public bool WriteConfiguration(Uri address)
    {
        var text = new InCluster(surroundings.Api, Inside).Translate(Stored())
            .Replace(PrometheusConfiguration.PodName, pod.Name(), StringComparison.Ordinal)
            .Replace(PrometheusConfiguration.Shard, pod.TextAt("metadata", "labels", PrometheusOperator.ShardLabel) ?? "0", StringComparison.Ordinal)
            // In a pod this is the pod.
            .Replace("localhost:9090", address.Authority, StringComparison.Ordinal)
            .Replace(OwnAddress, address.Authority, StringComparison.Ordinal);
        if (text == written)
            return false;
        Write(Configuration, text);
        written = text;
        return true;
    }

    /// <summary>Writes the tokens of the pod's projected volumes, and the default token of every pod.</summary>
    public void ProjectTokens()
    {
        var account = surroundings.Store.Find(ResourceKind.ServiceAccount, pod.Namespace(), pod.TextAt("spec", "serviceAccountName") ?? "default")
            ?? throw new InvalidOperationException($"The service account of pod {pod.Name()} is gone.");
        if (IsAutomounted(account))
            MountServiceAccount(InCluster.ServiceAccountFolder, Mint(account, ServiceAccountTokens.ApiAudience, 86_400));
        // A token that the process cannot read is what a pod without fsGroup gets (webhook README, "fsGroup for non-root"):
        // everything looks right, and a configuration that needs the role does not load.
        if (surroundings.Behaviour.ReloadFails)
            return;
        foreach (var (path, volume) in container.Mounts)
        {
            foreach (var token in volume.ObjectsAt("projected", "sources").Select(s => s["serviceAccountToken"]).OfType<JsonObject>())
            {
                var text = Mint(account, token.TextAt("audience") ?? ServiceAccountTokens.ApiAudience, token.NumberAt("expirationSeconds") ?? 3600);
                Write(Path.Combine(Inside(path), token.TextAt("path") ?? "token"), text);
                if (token.TextAt("audience") is null)
                    MountServiceAccount(path, text);
            }
        }
    }

    private void MountServiceAccount(string path, string token)
    {
        Write(Path.Combine(Inside(path), "token"), token);
        Write(Path.Combine(Inside(path), "ca.crt"), surroundings.ApiAuthority);
        Write(Path.Combine(Inside(path), "namespace"), pod.Namespace());
    }

    private void MountConfigMaps()
    {
        foreach (var (path, volume) in container.Mounts)
        {
            if (volume.TextAt("configMap", "name") is not { } name || surroundings.Store.Find(ResourceKind.ConfigMap, pod.Namespace(), name) is not { } map)
                continue;
            foreach (var (key, value) in map["data"] as JsonObject ?? [])
                Write(Path.Combine(Inside(path), key), value!.GetValue<string>());
        }
    }

    // The variables of the pod, and those for the access to the twin's AWS. Nothing else, so that the process cannot use
    // credentials of this machine's user.
    private Dictionary<string, string> Environment(string podAddress)
    {
        var access = surroundings.DataPlane();
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = root,
            ["HTTPS_PROXY"] = access.ConnectProxy.ToString(),
            ["NO_PROXY"] = "127.0.0.0/8,localhost",
            ["SSL_CERT_FILE"] = access.CertificateAuthorityFile,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        foreach (var variable in container.Variables)
            variables[variable.TextAt("name")!] = Placed(variable.TextAt("value") ?? FieldOf(variable.TextAt("valueFrom", "fieldRef", "fieldPath"), podAddress));
        return variables;
    }

    private string FieldOf(string? path, string podAddress) => path switch
    {
        "status.podIP" => podAddress,
        null => "",
        _ => pod.TextAt(path.Split('.')) ?? "",
    };

    private bool IsAutomounted(JsonObject account) =>
        (pod.At("spec", "automountServiceAccountToken") ?? account["automountServiceAccountToken"]) is not JsonValue value || value.GetValue<bool>();

    private string Mint(JsonObject account, string audience, long seconds) => surroundings.Tokens.Mint(account, [audience], TimeSpan.FromSeconds(seconds)).Token;

    private string Placed(string value)
    {
        var path = value.IndexOf("=/", StringComparison.Ordinal) is var equals and > 0 ? value[(equals + 1)..] : value;
        return path.StartsWith('/') ? value[..^path.Length] + Inside(path) : value;
    }

    private string Inside(string path) => Path.Combine(root, path.TrimStart('/'));

    // From the operator's Secret, or from what is mounted.
    private string Stored()
    {
        var name = pod.ObjectsAt("spec", "volumes").Select(v => v.TextAt("secret", "secretName")).FirstOrDefault(n => n is not null);
        var secret = name is null ? null : surroundings.Store.Find(ResourceKind.Secret, pod.Namespace(), name);
        if (secret.TextAt("data", PrometheusOperator.ConfigurationKey) is not { } stored)
            return Mounted();
        using var compressed = new MemoryStream(Convert.FromBase64String(stored));
        using var reader = new StreamReader(new GZipStream(compressed, CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private string Mounted()
    {
        var file = Path.GetFileName(container.ConfigurationFile);
        return container.Mounts.Select(mount => mount.Volume.TextAt("configMap", "name")).Where(name => name is not null)
            .Select(name => surroundings.Store.Find(ResourceKind.ConfigMap, pod.Namespace(), name!).TextAt("data", file)).FirstOrDefault(text => text is not null) ?? "";
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}

using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>The file system of one pod: volumes, projected tokens, the configuration; and the environment of its process.</summary>
internal sealed class PodFiles
{
    /// <summary>In a scrape configuration: the address of the pod's own Prometheus.</summary>
    public const string OwnAddress = "$(POD_ADDRESS)";

    private readonly JsonObject pod;
    private readonly PodSurroundings surroundings;
    private readonly string root;
    private readonly string data;
    private string written = "";

    public PodFiles(JsonObject pod, bool isEphemeral, PodSurroundings surroundings)
    {
        (this.pod, this.surroundings) = (pod, surroundings);
        root = Directory.CreateDirectory(Path.Combine(surroundings.Folder, "pods", pod.Uid())).FullName;
        data = isEphemeral ? Path.Combine(root, "data") : Path.Combine(surroundings.Folder, "volumes", $"{pod.Namespace()}-{pod.Name()}");
    }

    private string Configuration => Path.Combine(root, "prometheus.env.yaml");

    public PrometheusStart PrometheusStart() => new(surroundings.Prometheus, Configuration, data, Path.Combine(root, "prometheus.log"))
    {
        Environment = Environment(),
        Prepare = address => WriteConfiguration(address),
    };

    /// <summary>Writes the configuration that the operator's Secret holds now; false if it is the one already written.</summary>
    public bool WriteConfiguration(Uri address)
    {
        var text = Stored()
            .Replace(PrometheusConfiguration.PodName, pod.Name(), StringComparison.Ordinal)
            .Replace(OwnAddress, address.Authority, StringComparison.Ordinal);
        if (text == written)
            return false;
        File.WriteAllText(Configuration, text);
        written = text;
        return true;
    }

    /// <summary>Writes the service account tokens that the pod's volumes ask for.</summary>
    public async Task ProjectTokensAsync(CancellationToken cancellationToken)
    {
        // A token that the process cannot read is what a pod without fsGroup gets (webhook README, "fsGroup for non-root"):
        // everything looks right, and a configuration that needs the role does not load.
        if (surroundings.Behaviour.ReloadFails)
            return;
        var mounts = pod.ObjectsAt("spec", "containers").First().ObjectsAt("volumeMounts").ToDictionary(m => m.TextAt("name")!, m => m.TextAt("mountPath")!);
        foreach (var volume in pod.ObjectsAt("spec", "volumes").Where(v => mounts.ContainsKey(v.TextAt("name")!)))
        {
            foreach (var token in volume.ObjectsAt("projected", "sources").Select(s => s["serviceAccountToken"]).OfType<JsonObject>())
            {
                var folder = Directory.CreateDirectory(Inside(mounts[volume.TextAt("name")!])).FullName;
                await File.WriteAllTextAsync(Path.Combine(folder, token.TextAt("path")!), Mint(token), cancellationToken);
            }
        }
    }

    private string Mint(JsonObject token)
    {
        var account = surroundings.Store.Find(ResourceKind.ServiceAccount, pod.Namespace(), pod.TextAt("spec", "serviceAccountName") ?? "")
            ?? throw new InvalidOperationException($"The service account of pod {pod.Name()} is gone.");
        var validity = TimeSpan.FromSeconds(token.NumberAt("expirationSeconds") ?? 3600);
        return surroundings.Tokens.Mint(account, [token.TextAt("audience")!], validity).Token;
    }

    // What the pod sets, plus what it takes to reach the twin's AWS from this machine; nothing else, so that no credentials
    // of the person who runs the twin can help.
    private Dictionary<string, string> Environment()
    {
        var access = surroundings.DataPlane();
        var variables = new Dictionary<string, string>
        {
            ["HOME"] = root,
            ["HTTPS_PROXY"] = access.ConnectProxy.ToString(),
            ["NO_PROXY"] = "127.0.0.1,localhost",
            ["SSL_CERT_FILE"] = access.CertificateAuthorityFile,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        foreach (var variable in pod.ObjectsAt("spec", "containers").First().ObjectsAt("env"))
        {
            var value = variable.TextAt("value") ?? "";
            variables[variable.TextAt("name")!] = value.StartsWith('/') ? Inside(value) : value;
        }
        return variables;
    }

    private string Inside(string path) => Path.Combine(root, path.TrimStart('/'));

    private string Stored()
    {
        var name = pod.ObjectsAt("spec", "volumes").Select(v => v.TextAt("secret", "secretName")).First(n => n is not null)!;
        var secret = surroundings.Store.Find(ResourceKind.Secret, pod.Namespace(), name);
        using var compressed = new MemoryStream(Convert.FromBase64String(secret.TextAt("data", PrometheusOperator.ConfigurationKey) ?? ""));
        using var reader = new StreamReader(new GZipStream(compressed, CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

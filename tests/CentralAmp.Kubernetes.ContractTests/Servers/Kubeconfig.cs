using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Kubernetes.ContractTests.Servers;

/// <summary>Reads the current context of a kubeconfig: certificates, tokens and passwords, inline or in files. It runs no credential programs.</summary>
internal static class Kubeconfig
{
    /// <exception cref="InvalidOperationException">A required setting is missing, or a setting is not supported.</exception>
    public static ServerAccess Read(string path)
    {
        var stream = new YamlStream();
        using (var reader = new StringReader(File.ReadAllText(path)))
        {
            stream.Load(reader);
        }

        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        var context = Named(root, "contexts", Text(root, "current-context") ?? throw Missing(path, "current-context"), "context");
        var cluster = Named(root, "clusters", Text(context, "cluster") ?? throw Missing(path, "cluster"), "cluster");
        var user = Named(root, "users", Text(context, "user") ?? throw Missing(path, "user"), "user");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Text(cluster, "insecure-skip-tls-verify") == "true")
        {
            throw new InvalidOperationException($"{path}: insecure-skip-tls-verify is not supported; set certificate-authority-data.");
        }

        if (Child(user, "exec") is not null || Child(user, "auth-provider") is not null)
        {
            throw new InvalidOperationException($"{path}: users that run a program (exec, auth-provider) are not supported; set a token or a client certificate.");
        }

        return new ServerAccess(new Uri(Text(cluster, "server") ?? throw Missing(path, "server")))
        {
            Authority = Content(cluster, "certificate-authority", folder),
            ServerName = Text(cluster, "tls-server-name"),
            Token = Text(user, "token") ?? (Text(user, "tokenFile") is { } file ? File.ReadAllText(Path.Combine(folder, file)).Trim() : null),
            ClientCertificate = Content(user, "client-certificate", folder) is { } certificate
                ? X509Certificate2.CreateFromPem(certificate, Content(user, "client-key", folder) ?? throw Missing(path, "client-key"))
                : null,
            UserName = Text(user, "username"),
            Password = Text(user, "password"),
        };
    }

    /// <summary>The inline base64 data, or the content of the file that the setting names.</summary>
    private static string? Content(YamlMappingNode node, string key, string folder) =>
        Text(node, $"{key}-data") is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : Text(node, key) is { } file ? File.ReadAllText(Path.Combine(folder, file))
        : null;

    private static YamlMappingNode Named(YamlMappingNode root, string list, string name, string part) =>
        (Child(root, list) as YamlSequenceNode)?.OfType<YamlMappingNode>().FirstOrDefault(item => Text(item, "name") == name) is { } found
            && Child(found, part) is YamlMappingNode value
            ? value
            : throw new InvalidOperationException($"The kubeconfig has no '{name}' among its {list}.");

    private static string? Text(YamlMappingNode node, string key) => (Child(node, key) as YamlScalarNode)?.Value is { Length: > 0 } text ? text : null;

    private static YamlNode? Child(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static InvalidOperationException Missing(string path, string what) => new($"{path}: {what} is missing.");
}

using System.Text.RegularExpressions;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>
/// Translates a configuration that was written for a pod for a process on this machine: replaces the API's address and the folder
/// of the service account's token, which are fixed inside a cluster. Nothing else changes.
/// </summary>
/// <param name="api">Host and port of the API server.</param>
/// <param name="inside">Where a path of the pod's file system is on this machine.</param>
internal sealed partial class InCluster(string api, Func<string, string> inside)
{
    public const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private string Folder => inside(ServiceAccountFolder);

    public string Translate(string configuration)
    {
        var placed = ApiNames().Replace(configuration, api).Replace(ServiceAccountFolder, Folder, StringComparison.Ordinal);
        // client-go reads the token from its fixed place when no api_server is named; a process cannot be given that place.
        if (placed.Contains("api_server", StringComparison.Ordinal))
            return placed;
        return FlowRoles().Replace(BlockRoles().Replace(placed, AsBlock), AsFlow);
    }

    private string AsBlock(Match role)
    {
        var indent = new string(' ', role.Groups["indent"].Length + role.Groups["dash"].Length);
        return $"{role.Value.TrimEnd()}\n{indent}api_server: https://{api}\n{indent}authorization: {{ credentials_file: '{Folder}/token' }}\n{indent}tls_config: {{ ca_file: '{Folder}/ca.crt' }}";
    }

    private string AsFlow(Match role) =>
        $$"""{{role.Value}},"api_server":"https://{{api}}","authorization":{"credentials_file":"{{Folder}}/token"},"tls_config":{"ca_file":"{{Folder}}/ca.crt"}""";

    [GeneratedRegex(@"kubernetes\.default(\.svc(\.cluster\.local)?)?(:443)?")]
    private static partial Regex ApiNames();

    [GeneratedRegex("""^(?<indent>[ ]*)(?<dash>-[ ]+)?role:[ ]*["']?(node|pod|service|endpoints|endpointslice)["']?[ ]*$""", RegexOptions.Multiline)]
    private static partial Regex BlockRoles();

    [GeneratedRegex("""(?<=[{,]\s*)"?role"?:\s*"?(node|pod|service|endpoints|endpointslice)"?(?=\s*[,}])""")]
    private static partial Regex FlowRoles();
}

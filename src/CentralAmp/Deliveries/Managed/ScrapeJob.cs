using System.Text.Json.Nodes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>The common part of an entry of <c>scrape_configs</c>.</summary>
internal static class ScrapeJob
{
    public const string CaFile = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
    private const string TokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    public static JsonObject Of(string name, JsonObject discovery, IReadOnlyList<JsonNode> relabelling) => new()
    {
        ["job_name"] = name,
        ["kubernetes_sd_configs"] = new JsonArray(discovery),
        ["relabel_configs"] = new JsonArray([.. relabelling]),
    };

    /// <param name="namespace">Null: all namespaces.</param>
    public static JsonObject Discover(string role, string? @namespace = null)
    {
        var discovery = new JsonObject { ["role"] = role };
        if (@namespace is not null)
        {
            discovery["namespaces"] = new JsonObject { ["names"] = new JsonArray(@namespace) };
        }

        return discovery;
    }

    /// <summary>For targets that authenticate the scraper.</summary>
    public static JsonObject WithServiceAccount(JsonObject job, JsonObject tls)
    {
        job["scheme"] = "https";
        job["authorization"] = new JsonObject { ["credentials_file"] = TokenFile };
        job["tls_config"] = tls;
        return job;
    }
}

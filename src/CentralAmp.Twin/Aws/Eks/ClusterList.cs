using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>ListClusters: names of one account and region, page by page.</summary>
internal static class ClusterList
{
    private const int LongestPage = 100;

    public static GatewayResponse Page(ApiCall call, IEnumerable<EksCluster> clusters)
    {
        var prefix = $"arn:aws:eks:{call.Region}:{call.AccountId}:cluster/";
        var after = call.Text("nextToken") ?? "";
        var size = int.Parse(call.Text("maxResults") ?? "100", CultureInfo.InvariantCulture);
        if (size is < 1 or > LongestPage)
            throw new AwsException(400, "InvalidParameterException", $"maxResults must be between 1 and {LongestPage}.");

        var names = clusters.Where(cluster => cluster.Arn.StartsWith(prefix, StringComparison.Ordinal)).Select(cluster => cluster.Name)
            .Where(name => string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal).Take(size + 1).ToList();
        var page = names.Take(size).ToList();
        return GatewayResponse.Json(new JsonObject
        {
            ["clusters"] = new JsonArray([.. page.Select(name => JsonValue.Create(name))]),
            ["nextToken"] = names.Count > size ? page[^1] : null,
        });
    }
}

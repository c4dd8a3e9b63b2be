using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Silence;

/// <summary>Our rules in a workspace, and where its alerts go if nobody said. Pure; reviewed in the golden files of the tests.</summary>
public static class SilenceRules
{
    /// <summary>Of the rule-groups namespace and of the one group in it.</summary>
    public const string Name = "central-amp";

    public const string Alert = "ClusterIsSilent";

    /// <param name="window">How long a word of the hub stands: longer than two sweeps are apart.</param>
    public static string Render(TimeSpan window) => Yaml.Print(new JsonObject
    {
        ["groups"] = new JsonArray(new JsonObject { ["name"] = Name, ["interval"] = "60s", ["rules"] = new JsonArray(Silent(window)) }),
    });

    /// <summary>AMP's form of it: the alert manager's own configuration as a text (AMP user guide, "alert manager definition").</summary>
    public static string AlertManager(string topicArn) => Yaml.Print(new JsonObject
    {
        ["alertmanager_config"] = Yaml.Print(new JsonObject
        {
            ["route"] = new JsonObject { ["receiver"] = Name, ["group_by"] = new JsonArray("alertname", "cluster"), ["repeat_interval"] = "12h" },
            ["receivers"] = new JsonArray(new JsonObject
            {
                ["name"] = Name,
                ["sns_configs"] = new JsonArray(new JsonObject
                {
                    ["topic_arn"] = topicArn,
                    ["sigv4"] = new JsonObject { ["region"] = topicArn.Split(':')[3] },
                    // AMP's own subject holds every label, and may be too long for SNS (AMP user guide, "SNS receiver").
                    ["subject"] = "{{ .Status }}: {{ .CommonLabels.alertname }}",
                    ["send_resolved"] = true,
                }),
            }),
        }),
    });

    /// <summary>
    /// "up" is made by every scrape, and leaves in every profile by every delivery; the newest of it is looked for five minutes back. Read as a
    /// moment, not as a range, so that thousands of clusters cost little; the quarter of an hour is the alert's patience.
    /// </summary>
    private static JsonObject Silent(TimeSpan window) => new()
    {
        ["alert"] = Alert,
        ["expr"] = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""max by (cluster, cluster_name, account_id, region) (last_over_time({{{HubMetrics.Expected}}}[{{{window.TotalHours}}}h])) == 1 unless on (cluster) group by (cluster) (up{cluster!=""})"""),
        ["for"] = "15m",
        ["labels"] = new JsonObject { ["severity"] = "critical" },
        ["annotations"] = new JsonObject
        {
            ["summary"] = "Nothing arrives of cluster {{ $labels.cluster }}",
            ["description"] =
                "Cluster {{ $labels.cluster_name }} of account {{ $labels.account_id }} in {{ $labels.region }} is onboarded, and no sample of it has come for 20 minutes.",
            ["runbook"] = "docs/runbook.md#clusterissilent",
        },
    };
}

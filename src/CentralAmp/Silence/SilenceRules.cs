using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Silence;

/// <summary>CentralAmp's rules in a workspace, and its alert manager definition where there is none. Pure; reviewed in the golden files of the tests.</summary>
public static class SilenceRules
{
    /// <summary>Name of the rule-groups namespace and of the one group in it.</summary>
    public const string Name = "central-amp";

    public const string Alert = "ClusterIsSilent";

    /// <param name="hubId">Only what this hub wrote counts.</param>
    /// <param name="window">How long an expectation is valid: longer than the time between two sweeps.</param>
    public static string Render(string hubId, TimeSpan window) => Yaml.Print(new JsonObject
    {
        ["groups"] = new JsonArray(new JsonObject { ["name"] = Name, ["interval"] = "60s", ["rules"] = new JsonArray(Silent(hubId, window)) }),
    });

    /// <summary>In AMP's form: the alert manager's configuration as a text (AMP user guide, "alert manager definition").</summary>
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
                    // AMP's default subject has every label, and may be too long for SNS (AMP user guide, "SNS receiver").
                    ["subject"] = "{{ .Status }}: {{ .CommonLabels.alertname }}",
                    ["send_resolved"] = true,
                }),
            }),
        }),
    });

    /// <summary>
    /// Every scrape creates "up", and every profile and delivery sends it. The query reads its current value (lookback five minutes), not a
    /// range, so that thousands of clusters cost little; the alert waits a quarter of an hour.
    /// </summary>
    private static JsonObject Silent(string hubId, TimeSpan window) => new()
    {
        ["alert"] = Alert,
        ["expr"] = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""max by (cluster, cluster_name, account_id, region) (last_over_time({{{HubMetrics.Expected}}}{{{{HubMetrics.Hub}}}="{{{hubId}}}"}[{{{window.TotalHours}}}h])) == 1 unless on (cluster) group by (cluster) (up{cluster!=""})"""),
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

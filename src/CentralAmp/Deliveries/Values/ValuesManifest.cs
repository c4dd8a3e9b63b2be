using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries.Values;

/// <summary>Delivery <c>values</c>: the values that an operator merges at the source of the collector. Pure; reviewed in the golden files of the tests.</summary>
public static class ValuesManifest
{
    /// <param name="collectorNamespace">Namespace of the collector: the role trusts this one service account.</param>
    /// <param name="serviceAccount">Service account of the same collector.</param>
    public static JsonObject Render(JsonObject entry, string roleArn, string collectorNamespace, string serviceAccount) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = AgentMetadata.Of(AgentNames.Values),
        ["data"] = new JsonObject
        {
            [AgentNames.HelmKey] = Helm(entry, roleArn, collectorNamespace, serviceAccount),
            [AgentNames.PrometheusKey] = Plain(entry, roleArn, collectorNamespace, serviceAccount),
        },
    };

    private static string Helm(JsonObject entry, string roleArn, string collectorNamespace, string serviceAccount) =>
        $"""
        # Values of the Helm chart kube-prometheus-stack, written by CentralAmp. Merge them where your values are kept.
        # Lists are not merged by Helm: add the entry to those that 'remoteWrite' has.
        # Safest in two steps: first all but 'remoteWrite', which rolls the pods; when every pod is new, 'remoteWrite'.
        # In one step, pods that are not rolled yet refuse the entry and go on as they were, and new ones come up with the role and take it.
        # The role trusts the service account '{serviceAccount}' of namespace '{collectorNamespace}' and no other.

        """ + Yaml.Print(new JsonObject
        {
            ["prometheus"] = new JsonObject
            {
                ["serviceAccount"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.ServiceAccountRoleAnnotation] = roleArn } },
                ["prometheusSpec"] = new JsonObject
                {
                    ["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { [ManagedNames.RoleAnnotation] = roleArn } },
                    ["remoteWrite"] = new JsonArray(entry.DeepClone()),
                },
            },
        });

    private static string Plain(JsonObject entry, string roleArn, string collectorNamespace, string serviceAccount) =>
        $"""
        # Part of Prometheus' own configuration, written by CentralAmp, for a Prometheus that no operator runs.
        # First annotate the service account '{serviceAccount}' of namespace '{collectorNamespace}', and restart its pods:
        #   {ManagedNames.ServiceAccountRoleAnnotation}: {roleArn}

        """ + Yaml.Print(new JsonObject { ["remote_write"] = new JsonArray(PrometheusYaml.OfEntry(entry)) });
}

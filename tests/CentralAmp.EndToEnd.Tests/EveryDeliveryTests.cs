using System.Text.Json.Nodes;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Runs;
using YamlDotNet.Serialization;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Each delivery on the whole road, asked for by its tag: dead half way, refused, and well.</summary>
public sealed class EveryDeliveryTests(SharedTwin twin)
{
    [Theory]
    [InlineData("prometheus")]
    [InlineData("prometheus-agent")]
    [InlineData("agent")]
    [InlineData("values")]
    public async Task No_administrator_is_left_in_the_cluster_by_crash_failure_or_success(string delivery)
    {
        var (name, policy) = ($"elevated-{delivery}", new List<Refusal>());
        // An operator that knows fewer fields than we would like is served as well.
        var behaviour = new ClusterBehaviour { OlderOperator = delivery == "prometheus-agent", Refusals = policy };
        var arn = await twin.Road.SettledClusterAsync(name, behaviour, new Dictionary<string, string> { ["central-amp:delivery"] = delivery });

        var elevated = false;
        twin.OnInvocation(name, handler =>
        {
            elevated |= handler == "InstallRbac" && twin.Road.Elevations(arn).Count > 0;
            return handler == "InstallRbac" ? LambdaFault.DiesBeforeAnswer : LambdaFault.None;
        });
        await EndsAsync(arn, "Failed");
        Assert.True(elevated, "there was nothing to take back");
        twin.OnInvocation(name, _ => LambdaFault.None);

        // What the dead ones made would not be made again.
        foreach (var role in twin.World.ClusterOf(arn).List("Role").Where(role => ((string?)role["metadata"]!["name"])!.StartsWith("central-amp", StringComparison.Ordinal)))
            twin.World.ClusterOf(arn).Delete("Role", (string)role["metadata"]!["namespace"]!, (string)role["metadata"]!["name"]!);
        policy.Add(Refusal.ByWebhook("roles"));
        await EndsAsync(arn, "Blocked", "AdmissionDenied");
        policy.Clear();

        var execution = await twin.Road.StartAsync(arn);
        if (delivery == "values")
        {
            await Road.WaitForAsync(async () => (await twin.Road.ItemsAsync(arn)).Any(item => item.State == "Parked"));
            Assert.Empty(twin.Road.Elevations(arn));
            Merge(arn);
        }

        AssertEnded(arn, await twin.Road.WatchAsync(execution), "Verified", cause: null);
        Assert.Equal(delivery, Assert.Single(await twin.Road.ItemsAsync(arn))["delivery"]);
        Assert.Empty(twin.World.ClusterOf(arn).Troubles);
        await twin.Road.DoneWithAsync(arn);
    }

    private async Task EndsAsync(string arn, string outcome, string? cause = null) => AssertEnded(arn, await twin.Road.TakeAsync(arn), outcome, cause);

    private void AssertEnded(string arn, WatchedExecution execution, string outcome, string? cause)
    {
        var record = execution.Record;
        Assert.True((string?)record?["outcome"] == outcome && (cause is null || (string?)record["cause"] == cause), $"{execution.Status}: {record?.ToJsonString()}");
        Assert.Empty(twin.Road.Elevations(arn));
    }

    /// <summary>As the chart does when somebody puts what the ConfigMap says beside their own values.</summary>
    private void Merge(string arn)
    {
        var cluster = twin.World.ClusterOf(arn);
        var text = (string)cluster.Snapshot("ConfigMap", "central-amp", "central-amp-values")!["data"]!["kube-prometheus-stack.yaml"]!;
        var read = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(text);
        var values = JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(read))!["prometheus"]!;
        cluster.UpdateAs("helm", "ServiceAccount", "monitoring", cluster.Names.Prometheus, account =>
            account["metadata"]!["annotations"] = values["serviceAccount"]!["annotations"]!.DeepClone());
        cluster.UpdateAs("helm", "Prometheus", "monitoring", cluster.Names.Prometheus, resource =>
        {
            foreach (var field in (string[])["podMetadata", "remoteWrite"])
                resource["spec"]![field] = values["prometheusSpec"]![field]!.DeepClone();
        });
    }
}

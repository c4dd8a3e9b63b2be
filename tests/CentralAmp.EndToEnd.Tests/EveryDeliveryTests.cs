using System.Text.Json.Nodes;
using CentralAmp.Twin;
using CentralAmp.Twin.Aws.Lambda;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Runs;
using YamlDotNet.Serialization;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Runs the whole onboarding workflow for each delivery, requested by tag: once with a crash, once with a refusal, once without a fault.</summary>
public sealed class EveryDeliveryTests(SharedTwin twin)
{
    [Theory]
    [InlineData("prometheus")]
    [InlineData("prometheus-agent")]
    [InlineData("agent")]
    [InlineData("values")]
    public async Task No_elevation_remains_in_the_cluster_after_crash_failure_or_success(string delivery)
    {
        var (name, policy) = ($"elevated-{delivery}", new List<Refusal>());
        // The delivery must also work with an older operator that lacks some fields.
        var behaviour = new ClusterBehaviour { OlderOperator = delivery == "prometheus-agent", Refusals = policy };
        var arn = await twin.Workflows.SettledClusterAsync(name, behaviour, new Dictionary<string, string> { ["central-amp:delivery"] = delivery });

        var elevated = false;
        twin.OnInvocation(name, handler =>
        {
            elevated |= handler == "InstallRbac" && twin.Workflows.Elevations(arn).Count > 0;
            return handler == "InstallRbac" ? LambdaFault.DiesBeforeAnswer : LambdaFault.None;
        });
        await OnboardAndAssertAsync(arn, "Failed");
        Assert.True(elevated, "the crash did not happen under elevation, so there was no elevation to end");
        twin.OnInvocation(name, _ => LambdaFault.None);

        // The crashed executions made these roles. Without the deletion the next execution would not create them again.
        foreach (var role in twin.World.ClusterOf(arn).List("Role").Where(role => ((string?)role["metadata"]!["name"])!.StartsWith("central-amp", StringComparison.Ordinal)))
            twin.World.ClusterOf(arn).Delete("Role", (string)role["metadata"]!["namespace"]!, (string)role["metadata"]!["name"]!);
        policy.Add(Refusal.ByWebhook("roles"));
        await OnboardAndAssertAsync(arn, "Blocked", "AdmissionDenied");
        policy.Clear();

        var execution = await twin.Workflows.StartOnboardingAsync(arn);
        if (delivery == "values")
        {
            await Workflows.WaitForAsync(async () => (await twin.Workflows.ItemsAsync(arn)).Any(item => item.State == "Parked"));
            Assert.Empty(twin.Workflows.Elevations(arn));
            ApplyValues(arn);
        }

        AssertEnded(arn, await twin.Workflows.WatchAsync(execution), "Verified", cause: null);
        Assert.Equal(delivery, Assert.Single(await twin.Workflows.ItemsAsync(arn))["delivery"]);
        Assert.Empty(twin.World.ClusterOf(arn).PodFailures);
        await twin.Workflows.DeleteClusterAsync(arn);
    }

    private async Task OnboardAndAssertAsync(string arn, string outcome, string? cause = null) => AssertEnded(arn, await twin.Workflows.OnboardAsync(arn), outcome, cause);

    private void AssertEnded(string arn, WatchedExecution execution, string outcome, string? cause)
    {
        var record = execution.Record;
        Assert.True((string?)record?["outcome"] == outcome && (cause is null || (string?)record["cause"] == cause), $"{execution.Status}: {record?.ToJsonString()}");
        Assert.Empty(twin.Workflows.Elevations(arn));
    }

    /// <summary>Applies the published values as Helm does when an operator adds them to the chart's values.</summary>
    private void ApplyValues(string arn)
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

using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Registry;
using CentralAmp.Sweep;

namespace CentralAmp.Tests.Sweep;

/// <summary>Sweeps over clusters with a delivery in the managed namespace, or with values that an operator merges.</summary>
public sealed class InspectManagedDeliveryTests
{
    private static readonly Dictionary<string, string[]> Written = new()
    {
        [DeliveryNames.Agent] = [KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent), KubernetesPath.ConfigMap(AgentNames.Namespace, AgentNames.Agent)],
        [DeliveryNames.PrometheusAgent] = [KubernetesPath.PrometheusAgent(AgentNames.Namespace, AgentNames.PrometheusAgent)],
    };

    public static TheoryData<string> Agents => [.. Written.Keys];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_agent_in_the_desired_state_is_unchanged_and_nothing_is_written_to_its_cluster(string delivery)
    {
        using var scene = new InspectionScene(delivery: delivery);
        var writes = scene.Stack.Writes.Count;
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, null), await scene.InspectAsync());
        Assert.Equal(writes, scene.Stack.Writes.Count);
        Assert.Empty(scene.Trust.Hub.Writes);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_agent_with_a_missing_object_differs(string delivery)
    {
        foreach (var path in Written[delivery])
        {
            using var scene = new InspectionScene(delivery: delivery);
            scene.Stack.Objects.Delete(path);
            scene.Stack.Reconcile();
            Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
        }
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_agent_whose_cluster_asks_for_another_delivery_differs(string delivery)
    {
        using var scene = new InspectionScene(delivery: delivery);
        scene.Observed = scene.Observed! with { Tags = new Dictionary<string, string> { ["central-amp:delivery"] = DeliveryNames.Prometheus } };
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
    }

    [Fact]
    public async Task Values_that_are_not_merged_stay_parked_and_differ_once_they_are_merged()
    {
        using var scene = new InspectionScene(delivery: DeliveryNames.Values);
        scene.Item = scene.Item with { State = Outcome.Parked, Cause = Causes.ValuesNotMerged };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, Causes.ValuesNotMerged), await scene.InspectAsync());

        scene.MergeValues();
        Assert.Equal(Finding.Differs, (await scene.InspectAsync()).Finding);
        scene.Item = scene.Item with { State = Outcome.Verified, Cause = null };
        Assert.Equal(new InspectClusterResult(Finding.Unchanged, null), await scene.InspectAsync());
    }
}

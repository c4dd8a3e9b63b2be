using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>Managed agents in CentralAmp's namespace: their RBAC, their delivery up to the wait for pods, and their withdrawal.</summary>
public sealed class ManagedAgentDeliveryTests(ContractServer server)
{
    private const string ConfigMap = $"/api/v1/namespaces/{AgentNames.Namespace}/configmaps/{AgentNames.Agent}";
    private const string PrometheusAgent =
        $"/apis/monitoring.coreos.com/v1alpha1/namespaces/{AgentNames.Namespace}/prometheusagents/{AgentNames.PrometheusAgent}";

    private static readonly string StatefulSet = KubernetesPath.StatefulSet(AgentNames.Namespace, AgentNames.Agent);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_is_created_once_waits_for_its_pods_and_is_removed_completely() => await DeliverAndWithdrawAsync(DeliveryNames.Agent, ConfigMap, StatefulSet);

    [Fact]
    public async Task A_PrometheusAgent_is_created_once_waits_for_its_operator_and_is_removed() => await DeliverAndWithdrawAsync(DeliveryNames.PrometheusAgent, PrometheusAgent);

    private async Task DeliverAndWithdrawAsync(string delivery, params string[] paths)
    {
        var plan = Steps.Plan(delivery, AgentCollector.Of(delivery));
        var rules = RbacRules.Writing(plan);
        foreach (var rule in rules)
        {
            server.RemoveAtTheEnd(rule.Path);
            await RbacRules.EnsureAsync(server.Administrator, rule, Cancelled);
            Assert.Equal(Change.Unchanged, await RbacRules.EnsureAsync(server.Administrator, rule, Cancelled));
        }

        using (var group = server.AsGroup())
        {
            Assert.Equal(RbacAccess.Allowed, await RbacRules.CheckAsync(group, rules, Cancelled));
        }

        var steps = new Steps(server, plan);
        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        var first = await ReadAsync(paths);
        Assert.All(first, item => Assert.Equal(["central-amp Apply"], item!.Managers().Where(manager => manager.StartsWith("central-amp", StringComparison.Ordinal))));

        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        Assert.Equal(first.Select(Specification), (await ReadAsync(paths)).Select(Specification));

        await WithdrawUntilDoneAsync(steps);
        Assert.All(await ReadAsync(paths), Assert.Null);
    }

    /// <summary>Withdraws until it succeeds. Controllers need a moment to delete dependent objects; without controllers they remain.</summary>
    private static async Task WithdrawUntilDoneAsync(Steps steps)
    {
        for (var attempt = 0; attempt < 30; attempt++)
        {
            try
            {
                await steps.WithdrawAsync();
                return;
            }
            catch (NotReadyException)
            {
                await Task.Delay(500, Cancelled);
            }
        }
    }

    /// <summary>The parts that a second delivery must not change. The status is left out, because controllers may write it.</summary>
    private static string Specification(JsonObject? item) =>
        $"{item.TextAt("metadata", "uid")} {item.At("metadata", "generation")} {item.At("spec")?.ToJsonString()} {item.At("data")?.ToJsonString()}";

    private async Task<IReadOnlyList<JsonObject?>> ReadAsync(string[] paths) =>
        [.. await Task.WhenAll(paths.Select(path => server.Administrator.GetAsync(path, Cancelled)))];
}

using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>Delivery up to the wait for the pods, and withdrawal. No operator rolls pods here.</summary>
public sealed class DeliveryTests(ContractServer server) : IAsyncLifetime
{
    private ContractNamespace space = null!;
    private Steps steps = null!;
    private JsonObject prometheus = null!;
    private JsonObject account = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        space = await server.NewNamespaceAsync();
        account = await space.InstallAsync(space.ServiceAccountPath(), space.ServiceAccount());
        prometheus = await space.InstallAsync(space.PrometheusPath(), space.Prometheus(
            """{"replicas":1,"serviceAccountName":"prom","externalLabels":{"team":"shop"},"podMetadata":{"annotations":{"foreign":"1"}}}"""));
        var plan = Steps.Plan(DeliveryNames.Prometheus, new Collector
        {
            Namespace = space.Name,
            Name = "prom",
            Uid = prometheus.Uid(),
            ServiceAccount = "prom",
            StatefulSet = "prometheus-prom",
            Pods = ["prometheus-prom-0"],
        });
        steps = new Steps(server, plan);
        foreach (var rule in RbacRules.Writing(plan))
        {
            await RbacRules.EnsureAsync(server.Administrator, rule, Cancelled);
        }
    }

    public ValueTask DisposeAsync() => space.DisposeAsync();

    [Fact]
    public async Task The_identity_is_delivered_first_and_the_entry_waits_for_the_pods()
    {
        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        var now = await ReadAsync();
        Assert.Equal(Steps.Role, now.Account.TextAt("metadata", "annotations", "eks.amazonaws.com/role-arn"));
        Assert.Contains("central-amp Apply", now.Account.Managers());
        Assert.Equal(2, now.Prometheus.At("spec", "podMetadata", "annotations")!.AsObject().Count);
        Assert.Null(now.Prometheus.At("spec", "remoteWrite"));
        Assert.Equal("shop", now.Prometheus.TextAt("spec", "externalLabels", "team"));
    }

    [Fact]
    public async Task A_second_delivery_writes_nothing()
    {
        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        var first = await ReadAsync();
        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        var second = await ReadAsync();
        Assert.Equal(
            (first.Account.ResourceVersion(), first.Prometheus.ResourceVersion()), (second.Account.ResourceVersion(), second.Prometheus.ResourceVersion()));
    }

    [Fact]
    public async Task A_withdrawal_restores_everything_and_waits_for_the_operator()
    {
        await Assert.ThrowsAsync<NotReadyException>(steps.DeliverAsync);
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(steps.WithdrawAsync)).Cause);
        var now = await ReadAsync();
        Assert.True(JsonNode.DeepEquals(account.WithoutServerMetadata(), now.Account.WithoutServerMetadata()), now.Account.ToJsonString());
        // The managed annotation is removed last, after the pods are as before.
        Assert.Equal("""{"central-amp/applied":"0"}""", now.Prometheus.At("metadata", "annotations")!.ToJsonString());
        now.Prometheus["metadata"]!.AsObject().Remove("annotations");
        Assert.True(JsonNode.DeepEquals(prometheus.WithoutServerMetadata(), now.Prometheus.WithoutServerMetadata()), now.Prometheus.ToJsonString());

        await Assert.ThrowsAsync<NotReadyException>(steps.WithdrawAsync);
        Assert.Equal(now.Prometheus.ResourceVersion(), (await ReadAsync()).Prometheus.ResourceVersion());
    }

    [Fact]
    public async Task Where_nothing_was_delivered_a_withdrawal_writes_nothing()
    {
        Assert.Equal(Change.Unchanged, (await steps.WithdrawAsync()).Change);
        var now = await ReadAsync();
        Assert.Equal((account.ResourceVersion(), prometheus.ResourceVersion()), (now.Account.ResourceVersion(), now.Prometheus.ResourceVersion()));
    }

    [Fact]
    public async Task A_Prometheus_that_was_replaced_since_the_plan_is_not_changed()
    {
        Assert.True(await server.Administrator.DeleteAsync(space.PrometheusPath(), prometheus.Uid(), Cancelled));
        prometheus = await space.InstallAsync(space.PrometheusPath(), space.Prometheus("""{"serviceAccountName":"prom"}"""));
        await Assert.ThrowsAnyAsync<WorkflowException>(steps.DeliverAsync);
        Assert.Equal(prometheus.ResourceVersion(), (await ReadAsync()).Prometheus.ResourceVersion());
    }

    [Fact]
    public async Task A_role_of_another_owner_stays()
    {
        var foreign = space.ServiceAccount();
        foreign["metadata"]!["annotations"] = new JsonObject { ["eks.amazonaws.com/role-arn"] = "arn:aws:iam::222222222222:role/thanos" };
        await space.InstallAsync(space.ServiceAccountPath(), foreign);
        var failure = await Assert.ThrowsAsync<BlockedException>(steps.DeliverAsync);
        Assert.Equal(Causes.ServiceAccountForeignRole, failure.Cause);
        Assert.Equal("arn:aws:iam::222222222222:role/thanos", (await ReadAsync()).Account.TextAt("metadata", "annotations", "eks.amazonaws.com/role-arn"));
    }

    private async Task<(JsonObject Account, JsonObject Prometheus)> ReadAsync() => (
        (await server.Administrator.GetAsync(space.ServiceAccountPath(), Cancelled))!,
        (await server.Administrator.GetAsync(space.PrometheusPath(), Cancelled))!);
}

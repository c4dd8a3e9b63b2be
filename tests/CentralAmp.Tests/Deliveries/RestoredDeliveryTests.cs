using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>An update that does not become healthy is replaced with the delivery that was healthy before it.</summary>
public sealed class RestoredDeliveryTests : IDisposable
{
    private const string OtherWorkspace = "arn:aws:aps:us-east-1:111111111111:workspace/ws-99998888-3333-4444-5555-666677778888";

    private readonly DeliveryRun run = new();

    private FakeCollectorCluster Cluster => run.Cluster;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task The_entry_of_before_comes_back_to_the_Prometheus_of_the_cluster()
    {
        await run.RunAsync();
        var before = Entry();
        var plan = await UpdateAsync();
        Assert.NotEqual(before, Entry());

        Cluster.ReloadWorks = true;
        var withdrawn = await run.WithdrawAsync(plan, restores: true);
        Assert.Equal((Change.Updated, true), (withdrawn.Change, withdrawn.Restored));
        Assert.Equal(before, Entry());
        Assert.Equal((null, true), await FactsAsync());
    }

    [Theory]
    [InlineData(DeliveryNames.Agent)]
    [InlineData(DeliveryNames.PrometheusAgent)]
    public async Task The_manifest_of_before_comes_back_whatever_release_made_it(string delivery)
    {
        run.Tag = delivery;
        if (delivery == DeliveryNames.Agent)
        {
            run.Bare();
        }

        var path = delivery == DeliveryNames.Agent ? DeliveryRun.StatefulSet : DeliveryRun.PrometheusAgent;
        await run.RunAsync();
        var before = Cluster.Objects.Get(path)!["spec"]!.ToJsonString();
        run.Settings = run.Settings with { AgentImage = "quay.io/prometheus/prometheus:v9.9.9" };
        var plan = await run.PlanAsync();
        await run.InstallAsync(plan);
        Cluster.PodsStart = false;
        await Assert.ThrowsAnyAsync<WorkflowException>(() => run.DeliverAsync(plan));
        Assert.Contains("v9.9.9", Cluster.Objects.Get(path)!["spec"]!.ToJsonString(), StringComparison.Ordinal);

        Cluster.PodsStart = true;
        Assert.True((await run.WithdrawAsync(plan, restores: true)).Restored);
        Assert.Equal(before, Cluster.Objects.Get(path)!["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task A_restored_delivery_is_waited_for()
    {
        await run.RunAsync();
        var plan = await UpdateAsync();
        Assert.Equal(Causes.ReloadFailed, (await Assert.ThrowsAsync<NotReadyException>(() => run.WithdrawAsync(plan, restores: true))).Cause);
        Assert.NotNull((await FactsAsync()).Unfinished);
    }

    [Fact]
    public async Task Without_a_healthy_delivery_the_entry_is_removed()
    {
        Cluster.ReloadWorks = false;
        var plan = await run.PlanAsync();
        await run.InstallAsync(plan);
        await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan));
        Assert.NotNull((await FactsAsync()).Unfinished);
        Assert.False((await run.WithdrawAsync(plan, restores: true)).Restored);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Assert.Equal((null, false), await FactsAsync());
    }

    /// <summary>The collector fails by something else, which the same entry does not repair.</summary>
    [Fact]
    public async Task A_delivery_that_equals_the_healthy_one_is_removed()
    {
        await run.RunAsync();
        var plan = await run.PlanAsync() with { Change = Change.Updated };
        Assert.False((await run.WithdrawAsync(plan, restores: true)).Restored);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Theory]
    [InlineData(OtherWorkspace, true)]
    [InlineData(null, false)]
    public async Task A_delivery_to_a_workspace_that_the_role_may_no_longer_write_to_does_not_come_back(string? granted, bool restored)
    {
        await run.RunAsync();
        await ForgeHealthyAsync(OtherWorkspace);
        var plan = await UpdateAsync();
        Cluster.ReloadWorks = true;
        Assert.Equal(restored, (await run.WithdrawAsync(plan, restores: true, granted)).Restored);
    }

    [Fact]
    public async Task An_offboarding_restores_nothing()
    {
        await run.RunAsync();
        var plan = await UpdateAsync();
        Cluster.ReloadWorks = true;
        Assert.False((await run.WithdrawAsync(plan, restores: false)).Restored);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public void A_text_that_cannot_be_read_is_no_delivery()
    {
        foreach (var text in (string?[])[null, "", "not base64!", Convert.ToBase64String([1, 2, 3]), Convert.ToBase64String("{}"u8)])
        {
            Assert.Null(HealthyDelivery.Parse(text));
        }
    }

    /// <summary>An update whose configuration Prometheus does not load.</summary>
    private async Task<OnboardingPlan> UpdateAsync()
    {
        run.Settings = run.Settings with { Profile = Profiles.Minimal };
        var plan = await run.PlanAsync();
        await run.InstallAsync(plan);
        Cluster.ReloadWorks = false;
        await Assert.ThrowsAsync<NotReadyException>(() => run.DeliverAsync(plan));
        return plan;
    }

    private async Task ForgeHealthyAsync(string workspaceArn)
    {
        var item = await run.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, TestContext.Current.CancellationToken);
        var healthy = HealthyDelivery.Parse(item!.Facts.Healthy)! with { WorkspaceArn = workspaceArn };
        await run.Registry.FinishDeliveryAsync(Some.Cluster(), Some.CreatedAt, healthy.ToString(), Some.Execution(), TestContext.Current.CancellationToken);
    }

    private async Task<(string? Unfinished, bool HasHealthy)> FactsAsync()
    {
        var facts = (await run.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, TestContext.Current.CancellationToken))!.Facts;
        return (facts.Unfinished, HealthyDelivery.Parse(facts.Healthy) is not null);
    }

    private string Entry() => Cluster.Prometheus["spec"]!["remoteWrite"]!.ToJsonString();
}

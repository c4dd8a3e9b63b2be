using CentralAmp.Failures;

namespace CentralAmp.Tests.Deliveries;

/// <summary>Withdrawal in the reverse of the safe order; an interrupted withdrawal is completed.</summary>
public sealed class WithdrawRemoteWriteTests : DeliverySteps
{
    [Fact]
    public async Task Withdrawal_restores_the_original_state()
    {
        await DeliverAsync();
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(PrometheusBefore, Content(Cluster.Prometheus));
        Assert.Equal(AccountBefore, Content(Cluster.ServiceAccount));
        Assert.Equal(Change.Unchanged, await WithdrawAsync());
    }

    [Fact]
    public async Task Withdrawal_from_pods_without_the_role_restores_the_original_state()
    {
        Cluster.WebhookWorks = false;
        await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(PrometheusBefore, Content(Cluster.Prometheus));
        Assert.Equal(AccountBefore, Content(Cluster.ServiceAccount));
    }

    [Fact]
    public async Task Withdrawal_after_a_refused_reload_removes_the_entry_first()
    {
        Cluster.ReloadWorks = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(PrometheusBefore, Content(Cluster.Prometheus));
    }

    [Fact]
    public async Task The_role_stays_until_the_entry_is_absent_from_the_running_configuration()
    {
        await DeliverAsync();
        Cluster.OperatorIsQuick = false;
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(WithdrawAsync)).Cause);
        Assert.Equal(RoleArn, Cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
        Assert.NotNull(Cluster.Prometheus["spec"]!["podMetadata"]);

        Cluster.Reconcile();
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(WithdrawAsync)).Cause);
        Assert.Equal(AccountBefore, Content(Cluster.ServiceAccount));

        Cluster.Reconcile();
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(PrometheusBefore, Content(Cluster.Prometheus));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_withdrawal_killed_after_any_write_is_completed_by_the_next_attempt(int writes)
    {
        await DeliverAsync();
        for (var read = 0; read < writes; read++)
        {
            Cluster.FailOnce($"GET {Stack}", failure: null);
        }

        Cluster.FailOnce($"GET {Stack}", new IOException("killed"));
        await Assert.ThrowsAsync<IOException>(WithdrawAsync);
        Assert.Equal(3 + writes, Cluster.Writes.Count);
        await WithdrawAsync();
        Assert.Equal(PrometheusBefore, Content(Cluster.Prometheus));
        Assert.Equal(AccountBefore, Content(Cluster.ServiceAccount));
    }

    [Fact]
    public async Task Without_managed_parts_there_is_nothing_to_withdraw()
    {
        Assert.Equal(Change.Unchanged, await WithdrawAsync());
        Assert.Empty(Cluster.Writes);
    }

    [Fact]
    public async Task The_service_account_is_withdrawn_when_the_Prometheus_resource_is_gone()
    {
        await DeliverAsync();
        Cluster.Objects.Delete(Stack);
        Cluster.OperatorIsQuick = false;
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(AccountBefore, Content(Cluster.ServiceAccount));
    }
}

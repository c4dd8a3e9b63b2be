using CentralAmp.Collectors;
using CentralAmp.Deliveries.Prometheus;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Deliveries;

/// <summary>Delivery <c>prometheus</c> in the safe order, its waits and its refusals.</summary>
public sealed class DeliverRemoteWriteTests : DeliverySteps
{
    [Fact]
    public async Task Everything_is_delivered_in_the_safe_order()
    {
        var result = await DeliverAsync();
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Some.Noon), result);
        Assert.Equal([$"PATCH {Account}", $"PATCH {Stack}", $"PATCH {Stack}"], Cluster.Writes);
        Assert.Equal(RoleArn, Cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
        Assert.Equal(RoleArn, Cluster.Prometheus["spec"]!["podMetadata"]!["annotations"]!["central-amp/role"]!.ToString());
        Assert.Equal("central-amp", Assert.Single(Cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray())!["name"]!.ToString());
    }

    [Fact]
    public async Task A_second_run_writes_nothing_and_rolls_nothing()
    {
        await DeliverAsync();
        var (writes, rolled) = (Cluster.Writes.Count, Cluster.PodsRolled);
        PlanChange = Change.Unchanged;
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), await DeliverAsync());
        Assert.Equal((writes, rolled), (Cluster.Writes.Count, Cluster.PodsRolled));
    }

    [Fact]
    public async Task The_entry_is_applied_only_after_the_operator_has_rolled_every_pod()
    {
        Cluster.OperatorIsQuick = false;
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Cluster.Reconcile();
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.NotNull(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Cluster.Reconcile();
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
        Assert.Equal(3, Cluster.Writes.Count);
    }

    [Fact]
    public async Task Pods_that_do_not_start_are_not_ready_and_get_no_entry()
    {
        Cluster.PodsStart = false;
        Assert.Equal(Causes.PodsNotReady, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public async Task Pods_that_started_without_the_role_get_no_entry()
    {
        Cluster.WebhookWorks = false;
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.PodsWithoutRole, failure.Cause);
        Assert.Contains("prometheus-stack-0, prometheus-stack-1", failure.Sentence, StringComparison.Ordinal);
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public async Task An_error_of_the_operator_is_reported()
    {
        Cluster.Objects.ForceApply(Stack, "operator", Parse("""{"status":{"conditions":[{"type":"Reconciled","status":"False","message":"two ways to authenticate"}]}}"""));
        var failure = await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Assert.Equal(Causes.NotReconciled, failure.Cause);
        Assert.Contains("two ways to authenticate", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_reload_is_reported()
    {
        Cluster.ReloadWorks = false;
        Assert.Equal(Causes.ReloadFailed, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
    }

    [Fact]
    public async Task Pods_that_cannot_be_read_do_not_stop_the_delivery()
    {
        Cluster.ProxyWorks = false;
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
    }

    [Fact]
    public async Task An_outdated_entry_is_replaced_without_rolling_a_pod()
    {
        await DeliverAsync();
        var rolled = Cluster.PodsRolled;
        var old = Cluster.Prometheus["spec"]!["remoteWrite"]![0]!.DeepClone().AsObject();
        old["queueConfig"]!["maxShards"] = 5;
        Cluster.Objects.Apply(Stack, "central-amp", CollectorPatches.Prometheus(PrometheusResource.Read(Cluster.Prometheus), 1, RoleArn, [old]));
        PlanChange = Change.Updated;
        Assert.Equal(Change.Updated, (await DeliverAsync()).Change);
        Assert.Equal(rolled, Cluster.PodsRolled);
        Assert.Equal("1", Cluster.Prometheus["metadata"]!["annotations"]!["central-amp/applied"]!.ToString());
    }

    [Fact]
    public async Task An_earlier_role_of_CentralAmp_is_replaced_and_the_list_stays_while_pods_roll()
    {
        await DeliverAsync();
        const string Newer = RoleArn + "9";
        Cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(() => DeliverAsync(Newer));
        Assert.NotNull(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Cluster.Reconcile();
        Assert.Equal(Change.Created, (await DeliverAsync(Newer)).Change);
        Assert.Equal(Newer, Cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
    }

    [Fact]
    public async Task Another_manager_that_takes_the_list_meanwhile_keeps_it()
    {
        Cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Cluster.Reconcile();
        Cluster.Objects.ForceApply(Stack, "flux", Parse("""{"spec":{"remoteWrite":[{"url":"https://elsewhere"}]}}"""));
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.RemoteWriteForeign, failure.Cause);
        Assert.Contains("'flux'", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_conflict_with_another_manager_is_Blocked_and_not_forced()
    {
        Cluster.FailOnce($"PATCH {Account}", 409, "Conflict", "conflict with \"helm\"", new KubernetesCause("FieldManagerConflict", ".metadata.annotations", "conflict with \"helm\""));
        Assert.Equal(Causes.ServiceAccountForeignRole, (await Assert.ThrowsAsync<BlockedException>(DeliverAsync)).Cause);

        Cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Cluster.Reconcile();
        Cluster.FailOnce($"PATCH {Stack}", 409, "Conflict", "conflict with \"helm\"", new KubernetesCause("FieldManagerConflict", ".spec.remoteWrite", "conflict with \"helm\""));
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.RemoteWriteForeign, failure.Cause);
        Assert.Contains("\"name\":\"central-amp\"", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_changed_after_the_read_is_read_again()
    {
        Cluster.FailOnce($"PATCH {Stack}", 409, "Conflict", "the object has been modified");
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
    }

    [Fact]
    public async Task An_object_that_changes_before_every_write_is_not_ready()
    {
        for (var i = 0; i < 10; i++)
        {
            Cluster.FailOnce($"PATCH {Account}", 409, "Conflict", "the object has been modified");
        }

        Assert.Equal(Causes.KubernetesConflict, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
    }

    [Theory]
    [InlineData(401, typeof(NotReadyException), Causes.KubernetesUnauthorized)]
    [InlineData(403, typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(422, typeof(BlockedException), Causes.KubernetesRejected)]
    [InlineData(429, typeof(TransientException), Causes.Throttled)]
    [InlineData(500, typeof(TransientException), Causes.KubernetesUnavailable)]
    public async Task Refusals_of_the_API_keep_their_cause(int status, Type kind, string cause)
    {
        Cluster.FailOnce($"PATCH {Stack}", status);
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(DeliverAsync);
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
    }

    [Fact]
    public async Task An_entry_that_is_removed_repeatedly_is_not_restored_for_ever()
    {
        for (var time = 1; time <= 2; time++)
        {
            await DeliverAsync();
            Cluster.Objects.Remove(Stack, "spec", "remoteWrite");
            Cluster.Reconcile();
        }

        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.Reverted, failure.Cause);
        Assert.Contains("2 times", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_recreated_after_the_plan_is_not_changed()
    {
        Cluster.Objects.Delete(Stack);
        Cluster.Objects.Create(Stack, "helm", Parse("""{"metadata":{"name":"stack","namespace":"monitoring"},"spec":{"replicas":2}}"""));
        Assert.Equal(Causes.KubernetesConflict, (await Assert.ThrowsAsync<BlockedException>(DeliverAsync)).Cause);
        Assert.Empty(Cluster.Writes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_delivery_killed_after_any_write_is_completed_by_the_next_attempt(int writes)
    {
        for (var read = 0; read < writes; read++)
        {
            Cluster.FailOnce($"GET {Stack}", failure: null);
        }

        Cluster.FailOnce($"GET {Stack}", new IOException("killed"));
        await Assert.ThrowsAsync<IOException>(DeliverAsync);
        Assert.Equal(writes, Cluster.Writes.Count);
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
        Assert.Equal(3, Cluster.Writes.Count);
    }
}

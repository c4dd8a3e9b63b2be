using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Delivery;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Delivery;

/// <summary>Delivery and withdrawal over a cluster with an operator, a webhook and pods.</summary>
public sealed class DeliverRemoteWriteTests : IDisposable
{
    private const string RoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-12345678";
    private static readonly string Stack = KubernetesPath.Prometheus("monitoring", "stack");
    private static readonly string Account = KubernetesPath.ServiceAccount("monitoring", "stack-prometheus");
    private readonly FakeCollectorCluster cluster = new(replicas: 2);
    private readonly Collector planned;
    private readonly string prometheusBefore;
    private readonly string accountBefore;
    private Change planChange = Change.Created;

    public DeliverRemoteWriteTests()
    {
        planned = cluster.Collector;
        prometheusBefore = Content(cluster.Prometheus);
        accountBefore = Content(cluster.ServiceAccount);
    }

    public void Dispose() => cluster.Dispose();

    [Fact]
    public async Task Everything_is_delivered_in_the_safe_order()
    {
        var result = await DeliverAsync();
        Assert.Equal(new DeliverRemoteWriteResult(Change.Created, Some.Noon), result);
        Assert.Equal([$"PATCH {Account}", $"PATCH {Stack}", $"PATCH {Stack}"], cluster.Writes);
        Assert.Equal(RoleArn, cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
        Assert.Equal(RoleArn, cluster.Prometheus["spec"]!["podMetadata"]!["annotations"]!["central-amp/role"]!.ToString());
        Assert.Equal("central-amp", Assert.Single(cluster.Prometheus["spec"]!["remoteWrite"]!.AsArray())!["name"]!.ToString());
    }

    [Fact]
    public async Task A_second_run_writes_nothing_and_rolls_nothing()
    {
        await DeliverAsync();
        var (writes, rolled) = (cluster.Writes.Count, cluster.PodsRolled);
        planChange = Change.Unchanged;
        Assert.Equal(new DeliverRemoteWriteResult(Change.Unchanged), await DeliverAsync());
        Assert.Equal((writes, rolled), (cluster.Writes.Count, cluster.PodsRolled));
    }

    [Fact]
    public async Task The_entry_waits_until_the_operator_has_rolled_every_pod()
    {
        cluster.OperatorIsQuick = false;
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.Null(cluster.Prometheus["spec"]!["remoteWrite"]);
        cluster.Reconcile();
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.NotNull(cluster.Prometheus["spec"]!["remoteWrite"]);
        cluster.Reconcile();
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
        Assert.Equal(3, cluster.Writes.Count);
    }

    [Fact]
    public async Task Pods_that_do_not_start_are_not_ready_and_get_no_entry()
    {
        cluster.PodsStart = false;
        Assert.Equal(Causes.PodsNotReady, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
        Assert.Null(cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public async Task Pods_that_came_up_without_the_role_get_no_entry()
    {
        cluster.WebhookWorks = false;
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.PodsWithoutRole, failure.Cause);
        Assert.Contains("prometheus-stack-0, prometheus-stack-1", failure.Sentence, StringComparison.Ordinal);
        Assert.Null(cluster.Prometheus["spec"]!["remoteWrite"]);
    }

    [Fact]
    public async Task What_the_operator_complains_about_is_said()
    {
        cluster.Objects.Take(Stack, "operator", Parse("""{"status":{"conditions":[{"type":"Reconciled","status":"False","message":"two ways to authenticate"}]}}"""));
        var failure = await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Assert.Equal(Causes.NotReconciled, failure.Cause);
        Assert.Contains("two ways to authenticate", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_reload_is_said()
    {
        cluster.ReloadWorks = false;
        Assert.Equal(Causes.ReloadFailed, (await Assert.ThrowsAsync<NotReadyException>(DeliverAsync)).Cause);
    }

    [Fact]
    public async Task Pods_that_cannot_be_asked_are_trusted()
    {
        cluster.ProxyWorks = false;
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
    }

    [Fact]
    public async Task An_outdated_entry_is_replaced_without_rolling_a_pod()
    {
        await DeliverAsync();
        var rolled = cluster.PodsRolled;
        var old = cluster.Prometheus["spec"]!["remoteWrite"]![0]!.DeepClone().AsObject();
        old["queueConfig"]!["maxShards"] = 5;
        cluster.Objects.Apply(Stack, "central-amp", CollectorPatches.Prometheus(PrometheusResource.Read(cluster.Prometheus), 1, RoleArn, [old]));
        planChange = Change.Updated;
        Assert.Equal(Change.Updated, (await DeliverAsync()).Change);
        Assert.Equal(rolled, cluster.PodsRolled);
        Assert.Equal("1", cluster.Prometheus["metadata"]!["annotations"]!["central-amp/applied"]!.ToString());
    }

    [Fact]
    public async Task An_earlier_role_of_ours_is_replaced_and_the_list_stays_while_pods_roll()
    {
        await DeliverAsync();
        const string Newer = RoleArn + "9";
        cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(() => DeliverAsync(Newer));
        Assert.NotNull(cluster.Prometheus["spec"]!["remoteWrite"]);
        cluster.Reconcile();
        Assert.Equal(Change.Created, (await DeliverAsync(Newer)).Change);
        Assert.Equal(Newer, cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
    }

    [Fact]
    public async Task Someone_who_takes_the_list_meanwhile_gets_it()
    {
        cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        cluster.Reconcile();
        cluster.Objects.Take(Stack, "flux", Parse("""{"spec":{"remoteWrite":[{"url":"https://elsewhere"}]}}"""));
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.RemoteWriteForeign, failure.Cause);
        Assert.Contains("'flux'", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_of_managers_at_the_last_moment_is_blocked_and_not_forced()
    {
        cluster.FailOnce($"PATCH {Account}", 409, "Conflict", "conflict with \"helm\"", new KubernetesCause("FieldManagerConflict", ".metadata.annotations", "conflict with \"helm\""));
        Assert.Equal(Causes.ServiceAccountForeignRole, (await Assert.ThrowsAsync<BlockedException>(DeliverAsync)).Cause);

        cluster.OperatorIsQuick = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        cluster.Reconcile();
        cluster.FailOnce($"PATCH {Stack}", 409, "Conflict", "conflict with \"helm\"", new KubernetesCause("FieldManagerConflict", ".spec.remoteWrite", "conflict with \"helm\""));
        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.RemoteWriteForeign, failure.Cause);
        Assert.Contains("\"name\":\"central-amp\"", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_since_it_was_read_is_read_again()
    {
        cluster.FailOnce($"PATCH {Stack}", 409, "Conflict", "the object has been modified");
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
    }

    [Fact]
    public async Task What_never_holds_still_is_not_ready()
    {
        for (var i = 0; i < 10; i++)
        {
            cluster.FailOnce($"PATCH {Account}", 409, "Conflict", "the object has been modified");
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
        cluster.FailOnce($"PATCH {Stack}", status);
        var failure = await Assert.ThrowsAnyAsync<RoadException>(DeliverAsync);
        Assert.Equal((kind, cause), (failure.GetType(), failure.Cause));
    }

    [Fact]
    public async Task An_entry_removed_again_and_again_is_not_put_back_for_ever()
    {
        for (var time = 1; time <= 2; time++)
        {
            await DeliverAsync();
            cluster.Objects.Remove(Stack, "spec", "remoteWrite");
            cluster.Reconcile();
        }

        var failure = await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Causes.Reverted, failure.Cause);
        Assert.Contains("2 times", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_recreated_after_the_plan_is_left_alone()
    {
        cluster.Objects.Delete(Stack);
        cluster.Objects.Create(Stack, "helm", Parse("""{"metadata":{"name":"stack","namespace":"monitoring"},"spec":{"replicas":2}}"""));
        Assert.Equal(Causes.KubernetesConflict, (await Assert.ThrowsAsync<BlockedException>(DeliverAsync)).Cause);
        Assert.Empty(cluster.Writes);
    }

    [Fact]
    public async Task Withdrawal_leaves_everything_as_it_was()
    {
        await DeliverAsync();
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(prometheusBefore, Content(cluster.Prometheus));
        Assert.Equal(accountBefore, Content(cluster.ServiceAccount));
        Assert.Equal(Change.Unchanged, await WithdrawAsync());
    }

    [Fact]
    public async Task Withdrawal_of_pods_without_the_role_leaves_everything_as_it_was()
    {
        cluster.WebhookWorks = false;
        await Assert.ThrowsAsync<BlockedException>(DeliverAsync);
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(prometheusBefore, Content(cluster.Prometheus));
        Assert.Equal(accountBefore, Content(cluster.ServiceAccount));
    }

    [Fact]
    public async Task Withdrawal_after_a_refused_reload_takes_the_entry_first()
    {
        cluster.ReloadWorks = false;
        await Assert.ThrowsAsync<NotReadyException>(DeliverAsync);
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(prometheusBefore, Content(cluster.Prometheus));
    }

    [Fact]
    public async Task The_role_stays_until_the_entry_is_gone_from_what_runs()
    {
        await DeliverAsync();
        cluster.OperatorIsQuick = false;
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(WithdrawAsync)).Cause);
        Assert.Equal(RoleArn, cluster.ServiceAccount["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString());
        Assert.NotNull(cluster.Prometheus["spec"]!["podMetadata"]);

        cluster.Reconcile();
        Assert.Equal(Causes.NotReconciled, (await Assert.ThrowsAsync<NotReadyException>(WithdrawAsync)).Cause);
        Assert.Equal(accountBefore, Content(cluster.ServiceAccount));

        cluster.Reconcile();
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(prometheusBefore, Content(cluster.Prometheus));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_withdrawal_killed_after_any_write_is_finished_by_the_next(int writes)
    {
        await DeliverAsync();
        for (var look = 0; look < writes; look++)
        {
            cluster.FailOnce($"GET {Stack}", failure: null);
        }

        cluster.FailOnce($"GET {Stack}", new IOException("killed"));
        await Assert.ThrowsAsync<IOException>(WithdrawAsync);
        Assert.Equal(3 + writes, cluster.Writes.Count);
        await WithdrawAsync();
        Assert.Equal(prometheusBefore, Content(cluster.Prometheus));
        Assert.Equal(accountBefore, Content(cluster.ServiceAccount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_delivery_killed_after_any_write_is_finished_by_the_next(int writes)
    {
        for (var look = 0; look < writes; look++)
        {
            cluster.FailOnce($"GET {Stack}", failure: null);
        }

        cluster.FailOnce($"GET {Stack}", new IOException("killed"));
        await Assert.ThrowsAsync<IOException>(DeliverAsync);
        Assert.Equal(writes, cluster.Writes.Count);
        Assert.Equal(Change.Created, (await DeliverAsync()).Change);
        Assert.Equal(3, cluster.Writes.Count);
    }

    [Fact]
    public async Task Nothing_of_ours_is_nothing_to_withdraw()
    {
        Assert.Equal(Change.Unchanged, await WithdrawAsync());
        Assert.Empty(cluster.Writes);
    }

    [Fact]
    public async Task A_service_account_alone_is_withdrawn_when_the_resource_is_gone()
    {
        await DeliverAsync();
        cluster.Objects.Delete(Stack);
        cluster.OperatorIsQuick = false;
        Assert.Equal(Change.Updated, await WithdrawAsync());
        Assert.Equal(accountBefore, Content(cluster.ServiceAccount));
    }

    private Task<DeliverRemoteWriteResult> DeliverAsync() => DeliverAsync(RoleArn);

    private Task<DeliverRemoteWriteResult> DeliverAsync(string roleArn) =>
        new DeliverRemoteWriteStep(cluster, Some.Settings, new FakeClock(Some.Noon), NullLogger<DeliverRemoteWriteStep>.Instance).RunAsync(
            new DeliverRemoteWriteRequest(Some.Execution(), Some.Cluster(), Some.Described(), Plan, Trust(roleArn)), TestContext.Current.CancellationToken);

    private async Task<Change> WithdrawAsync() =>
        (await new WithdrawRemoteWriteStep(cluster, Some.Settings, NullLogger<WithdrawRemoteWriteStep>.Instance).RunAsync(
            new WithdrawRemoteWriteRequest(Some.Execution(), Some.Cluster(), Some.Described(), Plan, Trust(RoleArn)), TestContext.Current.CancellationToken)).Change;

    private OnboardingPlan Plan => new()
    {
        Next = PlanNext.Deliver,
        Sentence = "",
        WorkspaceArn = Some.WorkspaceArn,
        WorkspaceEndpoint = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
        IngestRoleName = "central-amp-shop-12345678",
        ClusterLabel = "shop.us-east-1.222222222222",
        Collector = planned,
        Change = planChange,
    };

    private static EnsureTrustResult Trust(string roleArn) => new(Change.Unchanged, roleArn, "arn:aws:iam::111111111111:oidc-provider/x", RbacAccess.Allowed);

    /// <summary>All but what the server counts.</summary>
    private static string Content(JsonObject resource)
    {
        resource["metadata"]!.AsObject().Remove("resourceVersion");
        return resource.ToJsonString();
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}

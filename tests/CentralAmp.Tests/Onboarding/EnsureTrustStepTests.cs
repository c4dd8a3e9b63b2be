using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

public sealed class EnsureTrustStepTests(MotoServer moto) : IAsyncLifetime
{
    private static readonly DesiredTrust Desired = TrustPoliciesTests.Desired();
    private readonly FakeTrustStores accounts = new();
    private readonly FakeCollectorCluster cluster = new();
    private RegistryTable table = null!;

    /// <summary>IAM of the hub account.</summary>
    private FakeTrustStore iam => accounts.Hub;

    public async ValueTask InitializeAsync() => table = await RegistryTable.CreateAsync(moto);

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Provider_and_role_are_created_and_writing_is_missing()
    {
        var result = await EnsureAsync();
        Assert.Equal(new EnsureTrustResult(Change.Created, Desired.RoleArn, Desired.ProviderArn!, RbacAccess.Missing), result);
        Assert.Equal([TrustAction.CreateProvider, TrustAction.CreateRole, TrustAction.PutPolicy], iam.Writes);
    }

    [Theory]
    [InlineData(88, false)]
    [InlineData(89, true)]
    public async Task A_nearly_reached_provider_quota_is_reported_and_names_chained_trust(int others, bool reported)
    {
        iam.OtherProviders = others;
        var notice = (await EnsureAsync()).Notice;
        Assert.Equal(reported, notice?.Contains("90 OIDC providers", StringComparison.Ordinal) == true && notice.Contains("'chained'", StringComparison.Ordinal));
        Assert.Null((await EnsureAsync()).Notice);
    }

    [Fact]
    public async Task A_second_run_reads_once_and_writes_nothing()
    {
        iam.Settle(Desired);
        Assert.Equal(new EnsureTrustResult(Change.Unchanged, Desired.RoleArn, Desired.ProviderArn!, RbacAccess.Allowed), await EnsureAsync(TrustPoliciesTests.Plan() with { WritingIsInstalled = true }));
        Assert.Empty(iam.Writes);
        Assert.Equal(1, iam.Reads);
    }

    [Fact]
    public async Task An_existing_provider_is_used_and_not_changed()
    {
        iam.Provider = new ObservedProvider(["other", DesiredTrust.Audience], new Dictionary<string, string>());
        Assert.Equal(Change.Created, (await EnsureAsync()).Change);
        Assert.DoesNotContain(TrustAction.CreateProvider, iam.Writes);
    }

    [Fact]
    public async Task A_foreign_provider_without_the_audience_of_STS_is_refused_and_nothing_is_created()
    {
        iam.Provider = new ObservedProvider(["other"], new Dictionary<string, string>());
        var failure = await Assert.ThrowsAsync<BlockedException>(EnsureAsync);
        Assert.Equal(Causes.ProviderForeignAudience, failure.Cause);
        Assert.Contains("add-client-id-to-open-id-connect-provider", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(iam.Writes);
    }

    public static TheoryData<string, Func<ObservedRole, ObservedRole>> ForeignRoles => new()
    {
        { "no tags", role => role with { Tags = new Dictionary<string, string>() } },
        { "another cluster's", role => role with { Tags = With(role, "central-amp:cluster-arn", "arn:aws:eks:us-east-1:222222222222:cluster/other") } },
        { "an earlier cluster's of the name", role => role with { Tags = With(role, "central-amp:created-at", "1") } },
        { "another path", role => role with { Arn = Desired.RoleArn.Replace("/central-amp/", "/", StringComparison.Ordinal) } },
    };

    [Theory]
    [MemberData(nameof(ForeignRoles), DisableDiscoveryEnumeration = true)]
    public async Task A_role_of_that_name_that_CentralAmp_does_not_manage_is_refused(string name, Func<ObservedRole, ObservedRole> change)
    {
        iam.Settle(Desired);
        iam.Role = change(iam.Role!);
        var failure = await Assert.ThrowsAsync<BlockedException>(EnsureAsync);
        Assert.True(failure.Cause == Causes.RoleForeign, name);
        Assert.Empty(iam.Writes);
    }

    public static TheoryData<TrustAction, Action<FakeTrustStore>> Drifts => new()
    {
        { TrustAction.PutBoundary, iam => iam.Role = iam.Role! with { BoundaryArn = "" } },
        { TrustAction.TagRole, iam => iam.Role = iam.Role! with { Tags = With(iam.Role, "central-amp:workspace-arn", "arn:aws:aps:us-east-1:1:workspace/old") } },
        { TrustAction.UpdateTrustPolicy, iam => iam.Role = iam.Role! with { TrustPolicy = iam.Role.TrustPolicy.Replace("StringEquals", "StringLike", StringComparison.Ordinal) } },
        { TrustAction.PutPolicy, iam => iam.Policy = null },
        { TrustAction.PutPolicy, iam => iam.Policy = iam.Policy!.Replace("aps:RemoteWrite", "aps:*", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Drifts), DisableDiscoveryEnumeration = true)]
    public async Task Drift_is_repaired_and_nothing_else_is_written(TrustAction repair, Action<FakeTrustStore> drift)
    {
        iam.Settle(Desired);
        drift(iam);
        Assert.Equal(Change.Updated, (await EnsureAsync()).Change);
        Assert.Equal([repair], iam.Writes);
        Assert.Equal(Change.Unchanged, (await EnsureAsync()).Change);
    }

    [Theory]
    [InlineData(TrustAction.CreateProvider)]
    [InlineData(TrustAction.CreateRole)]
    public async Task A_parallel_execution_that_is_faster_is_no_failure(TrustAction lost)
    {
        iam.Racer = action =>
        {
            if (action == lost)
            {
                iam.Racer = null;
                iam.Do(action, Desired);
            }
        };
        await EnsureAsync();
        Assert.Equal(1, iam.Writes.Count(write => write == TrustAction.PutPolicy));
        Assert.DoesNotContain(lost, iam.Writes);
        Assert.Equal(Change.Unchanged, (await EnsureAsync()).Change);
    }

    [Fact]
    public async Task Contradictory_answers_of_IAM_are_retried()
    {
        iam.Settle(Desired);
        iam.Policy = null;
        iam.Racer = action =>
        {
            iam.Role = action == TrustAction.PutPolicy ? null : iam.Role;
        };
        Assert.Equal(Causes.TrustNotEffective, (await Assert.ThrowsAsync<NotReadyException>(EnsureAsync)).Cause);
    }

    [Fact]
    public async Task An_offboarded_cluster_gets_no_trust_again()
    {
        await table.Registry.RecordAsync(
            new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = Outcome.Offboarded }, Some.Execution("offboard"), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<BlockedException>(EnsureAsync);
        Assert.Equal(Causes.TakenOver, failure.Cause);
        Assert.Empty(iam.Writes);
    }

    [Theory]
    [InlineData(Outcome.Offboarding, OffboardingReason.Manual, true)]
    [InlineData(Outcome.Offboarding, OffboardingReason.OptedOut, false)]
    [InlineData(Outcome.OptedOut, null, false)]
    public async Task Only_an_open_item_takes_the_announcement(Outcome state, OffboardingReason? reason, bool refused)
    {
        await table.Registry.RecordAsync(
            new RegistryItem { ClusterArn = Some.Cluster().Arn, CreatedAt = Some.CreatedAt, State = state, Reason = reason }, Some.Execution("offboard"), TestContext.Current.CancellationToken);
        Assert.Equal(refused ? Causes.TakenOver : null, (await Record.ExceptionAsync(EnsureAsync) as BlockedException)?.Cause);
    }

    [Fact]
    public async Task The_record_comes_before_the_first_write_to_IAM()
    {
        var facts = new List<ClusterFacts?>();
        iam.Racer = _ => facts.Add(FactsAsync().GetAwaiter().GetResult());
        await EnsureAsync();
        Assert.Equal(3, facts.Count);
        Assert.All(facts, known =>
        {
            Assert.Equal(Some.Collector.Name, known!.Onboarded()!.Name);
            Assert.True(known.Has(RecordedObject.IamRole, Desired.RoleArn) && known.Has(RecordedObject.OidcProvider, Desired.ProviderArn!));
            Assert.True(known.Has("Prometheus", $"{Some.Collector.Namespace}/{Some.Collector.Name}", Some.Collector.Uid));
        });
    }

    [Fact]
    public async Task A_provider_of_another_owner_is_not_recorded()
    {
        iam.Provider = new ObservedProvider([DesiredTrust.Audience], new Dictionary<string, string>());
        await EnsureAsync();
        Assert.False((await FactsAsync())!.Has(RecordedObject.OidcProvider, Desired.ProviderArn!));
    }

    [Fact]
    public async Task A_run_that_changes_nothing_announces_nothing()
    {
        iam.Settle(Desired);
        await EnsureAsync(TrustPoliciesTests.Plan() with { Change = Change.Unchanged, WritingIsInstalled = true });
        Assert.Null(await FactsAsync());
        // RBAC that is to be installed is announced as well.
        await EnsureAsync(TrustPoliciesTests.Plan() with { Change = Change.Unchanged });
        Assert.True((await FactsAsync())!.Has("Role", $"{Some.Collector.Namespace}/central-amp-write"));
    }

    private async Task<ClusterFacts?> FactsAsync() =>
        (await table.Registry.FindAsync(Some.Cluster().Arn, Some.CreatedAt, TestContext.Current.CancellationToken))?.Facts;

    private Task<EnsureTrustResult> EnsureAsync() => EnsureAsync(TrustPoliciesTests.Plan());

    private Task<EnsureTrustResult> EnsureAsync(OnboardingPlan plan) =>
        new EnsureTrustStep(accounts, table.Registry, Some.Settings, NullLogger<EnsureTrustStep>.Instance).RunAsync(
            new EnsureTrustRequest(Some.Execution(), Some.Cluster(), Some.Described(), plan), TestContext.Current.CancellationToken);

    private static Dictionary<string, string> With(ObservedRole role, string tag, string value) =>
        new(role.Tags, StringComparer.Ordinal) { [tag] = value };
}

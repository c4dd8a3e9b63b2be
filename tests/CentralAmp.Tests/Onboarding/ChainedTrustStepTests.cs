using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using CentralAmp.Tests.Trust;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Onboarding;

/// <summary>Trust mode chained: two accounts, one identity.</summary>
public sealed class ChainedTrustStepTests(MotoServer moto) : IAsyncLifetime
{
    private static readonly ClusterTrust Desired = TrustPoliciesTests.Chained();
    private readonly FakeTrustStores accounts = new();
    private readonly FakeCollectorCluster cluster = new();
    private RegistryTable table = null!;

    public async ValueTask InitializeAsync() => table = await RegistryTable.CreateAsync(moto);

    public ValueTask DisposeAsync()
    {
        table.Dispose();
        cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_member_account_has_the_provider_and_the_collector_role_and_the_hub_has_the_ingest_role()
    {
        var result = await EnsureAsync();
        Assert.Equal([TrustAction.CreateRole, TrustAction.PutPolicy], accounts.Hub.Writes);
        Assert.Equal([TrustAction.CreateProvider, TrustAction.CreateRole, TrustAction.PutPolicy], accounts.Member.Writes);
        Assert.Equal(
            new EnsureTrustResult(Change.Created, Desired.Member!.RoleArn, Desired.Member.ProviderArn!, RbacAccess.Missing) { IngestRoleArn = Desired.Hub.RoleArn },
            result);
        Assert.Equal((0, 1), (accounts.Hub.Lists + accounts.Member.Lists, accounts.Member.Disposed));
    }

    [Fact]
    public async Task A_second_run_writes_nothing_in_either_account()
    {
        accounts.Settle(Desired);
        Assert.Equal(Change.Unchanged, (await EnsureAsync()).Change);
        Assert.Empty(accounts.Hub.Writes.Concat(accounts.Member.Writes));
        Assert.Equal((1, 1), (accounts.Hub.Reads, accounts.Member.Reads));
    }

    public static TheoryData<string, Action<FakeTrustStores>, string> Refusals => new()
    {
        { "a foreign collector role", accounts => accounts.Member.Role = Foreign(Desired.Member!), Causes.RoleForeign },
        { "a foreign ingest role", accounts => accounts.Hub.Role = Foreign(Desired.Hub), Causes.RoleForeign },
        { "a provider for others", accounts => accounts.Member.Provider = new ObservedProvider(["other"], new Dictionary<string, string>()), Causes.ProviderForeignAudience },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task A_foreign_resource_in_one_account_prevents_writes_in_both(string name, Action<FakeTrustStores> foreign, string cause)
    {
        foreign(accounts);
        var failure = await Assert.ThrowsAsync<BlockedException>(EnsureAsync);
        Assert.True(failure.Cause == cause, name);
        Assert.Empty(accounts.Hub.Writes.Concat(accounts.Member.Writes));
    }

    [Fact]
    public async Task An_existing_provider_of_the_member_account_is_used_and_not_changed()
    {
        accounts.Member.Provider = new ObservedProvider([DesiredTrust.Audience], new Dictionary<string, string>());
        await EnsureAsync();
        Assert.DoesNotContain(TrustAction.CreateProvider, accounts.Member.Writes);
    }

    public static TheoryData<string, Action<FakeTrustStores>, TrustAction> Drifts => new()
    {
        { "the collector's boundary", accounts => accounts.Member.Role = accounts.Member.Role! with { BoundaryArn = "" }, TrustAction.PutBoundary },
        { "the collector's permission", accounts => accounts.Member.Policy = null, TrustAction.PutPolicy },
        { "the collector's trust", accounts => accounts.Member.Role = accounts.Member.Role! with { TrustPolicy = Desired.Hub.TrustPolicy }, TrustAction.UpdateTrustPolicy },
        { "the collector role is gone", accounts => accounts.Member.Role = null, TrustAction.CreateRole },
        {
            "the ingest role trusts the whole member account",
            accounts => accounts.Hub.Role = accounts.Hub.Role! with { TrustPolicy = accounts.Hub.Role.TrustPolicy.Replace("ArnEquals", "ArnLike", StringComparison.Ordinal) },
            TrustAction.UpdateTrustPolicy
        },
    };

    [Theory]
    [MemberData(nameof(Drifts), DisableDiscoveryEnumeration = true)]
    public async Task Drift_in_either_account_is_repaired(string name, Action<FakeTrustStores> drift, TrustAction repair)
    {
        accounts.Settle(Desired);
        drift(accounts);
        Assert.NotEqual(Change.Unchanged, (await EnsureAsync()).Change);
        Assert.True(accounts.Hub.Writes.Concat(accounts.Member.Writes).First() == repair, name);
        Assert.Equal(Change.Unchanged, (await EnsureAsync()).Change);
    }

    [Fact]
    public async Task The_next_run_finishes_an_execution_that_was_killed_between_the_accounts()
    {
        accounts.Member.Racer = _ => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(EnsureAsync);
        Assert.NotNull(accounts.Hub.Role);

        accounts.Member.Racer = null;
        Assert.Equal(Change.Created, (await EnsureAsync()).Change);
        Assert.Equal(2, accounts.Hub.Writes.Count);
        Assert.Equal(Change.Unchanged, (await EnsureAsync()).Change);
    }

    private Task<EnsureTrustResult> EnsureAsync() =>
        new EnsureTrustStep(accounts, table.Registry, Some.Settings, NullLogger<EnsureTrustStep>.Instance).RunAsync(
            new EnsureTrustRequest(
                Some.Execution(), Some.Cluster(), Some.Described(), TrustPoliciesTests.Plan() with { TrustMode = TrustModes.Chained }),
            TestContext.Current.CancellationToken);

    private static ObservedRole Foreign(DesiredTrust desired) => new(desired.RoleArn, desired.TrustPolicy, desired.BoundaryArn, new Dictionary<string, string>());
}

using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.StateMachines.Tests.Sweep;

/// <summary>The deployed sweep with the real steps that find orphans and decide, over an organization in which one account writes CentralAmp's tags.</summary>
public sealed class ForgedTagsTests(SweepEngine engine)
{
    private const string Attacker = "200000000007";
    private const long CreatedAt = 1_767_323_045_000;

    private static readonly HubSettings Settings = new()
    {
        RegistryTable = "central-amp-registry",
        WorkspaceArn = "arn:aws:aps:us-east-1:111111111111:workspace/ws-1",
        HubAccountId = "111111111111",
        BoundaryArn = "arn:aws:iam::111111111111:policy/central-amp/boundary",
    };

    /// <summary>Sixty clusters in twenty accounts.</summary>
    private static readonly ClusterReference[] Fleet =
        [.. Enumerable.Range(0, 60).Select(n => ClusterArn.Build($"{200000000000 + (n / 3)}", "us-east-1", $"cluster-{n}"))];

    public static TheoryData<string, Func<int, TaggedResource>> Forgeries => new()
    {
        { "clusters of other accounts", n => Role(Fleet[n % 20], n) },
        { "clusters of an account that no sweep covers", n => Role(ClusterArn.Build("999999999999", "us-east-1", $"none-{n}"), n) },
        { "clusters of its own that do not exist", n => Role(ClusterArn.Build(Attacker, "us-east-1", $"none-{n}"), n) },
        { "offboarded clusters of its own", n => Role(ClusterArn.Build(Attacker, "us-east-1", $"closed-{n % 50}"), 0) },
        { "nothing", n => new TaggedResource(ResourceKind.Role, Arn($"central-amp-{n}"), new Dictionary<string, string> { [TrustTags.ClusterArn] = "x" }) },
        { "issuers of others", n => new TaggedResource(ResourceKind.Provider, $"arn:aws:iam::{Attacker}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/{n}", Tags(ClusterArn.Build(Attacker, "us-east-1", $"none-{n}"), n)) },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_thousand_forged_tags_in_one_account_change_neither_the_starts_nor_the_brake(string what, Func<int, TaggedResource> forge)
    {
        var (honest, without) = await SweepAsync([]);
        var (attacked, with) = await SweepAsync([.. Enumerable.Range(0, 1000).Select(forge)]);
        Assert.Equal(4, without.Count);
        Assert.True(without.SetEquals(with), $"{what}: {string.Join(", ", with.Except(without).Take(5))}");
        Assert.Equal((SweepOutcome.Completed, SweepOutcome.Completed), (honest.Records[0].Outcome, attacked.Records[0].Outcome));
        Assert.Equal(honest.Items.Count(), attacked.Items.Count());
        // One report, however many resources.
        Assert.Equal((Attacker, 1000), (Assert.Single(attacked.Unproven).Key, attacked.Unproven[Attacker].Count));
        Assert.Equal((0, 1), (honest.Records[0].Orphans, attacked.Records[0].Orphans));
    }

    [Fact]
    public async Task An_account_that_loses_all_its_clusters_stops_itself_and_nobody_else()
    {
        string[] extra = [.. Enumerable.Range(0, 5).Select(n => ClusterArn.Build(Attacker, "us-east-1", $"deleted-{n}").Arn)];
        var (honest, without) = await SweepAsync([]);
        var (attacked, with) = await SweepAsync([], extra);
        Assert.True(without.SetEquals(with), string.Join(", ", with));
        Assert.Equal((SweepOutcome.Completed, SweepOutcome.Braked), (honest.Records[0].Outcome, attacked.Records[0].Outcome));
        Assert.Contains($"nothing is started in account {Attacker} (5 of 8;", attacked.Records[0].Sentence, StringComparison.Ordinal);
    }

    private async Task<(FakeFleetRegistry Registry, HashSet<string> Started)> SweepAsync(TaggedResource[] forged, params string[] deleted)
    {
        var registry = new FakeFleetRegistry(TimeProvider.System);
        foreach (var arn in Fleet.Select(cluster => cluster.Arn).Concat(deleted))
        {
            registry.Put(Item(arn, Outcome.Verified));
        }

        foreach (var n in Enumerable.Range(0, 50))
        {
            registry.Put(Item(ClusterArn.Build(Attacker, "us-east-1", $"closed-{n}").Arn, Outcome.Offboarded));
        }

        // Three clusters are deleted, one differs: as many removals as one sweep may start.
        string[] gone = [Fleet[0].Arn, Fleet[3].Arn, Fleet[6].Arn];
        using var steps = new Steps(registry, forged, [.. gone, .. deleted], Fleet[9].Arn);
        var world = new SweepWorld
        {
            Accounts = [[.. Fleet.Select(cluster => cluster.AccountId).Distinct()]],
            ClustersOf = (account, _) => [[.. Fleet.Where(cluster => cluster.AccountId == account && !gone.Contains(cluster.Arn)).Select(cluster => cluster.Name)]],
            Steps = steps.RunAsync,
        };
        await engine.RunAsync(world);
        return (registry, [.. world.Started.Values.Select(start => start.GetProperty("input").GetString()!)]);
    }

    private static FleetItem Item(string arn, Outcome state) => new(new RegistryItem { ClusterArn = arn, CreatedAt = CreatedAt, State = state });

    /// <summary>With the name that CentralAmp would give.</summary>
    private static TaggedResource Role(ClusterReference cluster, int n) => new(ResourceKind.Role, Arn(IngestRole.Name(cluster, CreatedAt + n)), Tags(cluster, n));

    private static string Arn(string role) => $"arn:aws:iam::{Attacker}:role/central-amp/{role}";

    private static Dictionary<string, string> Tags(ClusterReference cluster, int n) => new()
    {
        [TrustTags.ClusterArn] = cluster.Arn,
        [TrustTags.CreatedAt] = $"{CreatedAt + n}",
        [TrustTags.Issuer] = "https://oidc.eks.us-east-1.amazonaws.com/id/0",
    };

    /// <summary>The steps from the search for orphans to the end are real; the inspections find what the test plans.</summary>
    private sealed class Steps(FakeFleetRegistry registry, TaggedResource[] forged, string[] gone, string differing) : IManagedResources, IClusterReader, IDisposable
    {
        private readonly StringWriter output = new();

        public void Dispose() => output.Dispose();

        public async Task<object?> RunAsync(object request)
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            return request switch
            {
                FindOrphansRequest find => await new FindOrphansStep(this, registry, this, Settings, NullLogger<FindOrphansStep>.Instance).RunAsync(find, cancellationToken),
                InspectClusterRequest inspect => await InspectAsync(inspect, cancellationToken),
                ListRegisteredRequest list => await new ListRegisteredStep(registry, NullLogger<ListRegisteredStep>.Instance).RunAsync(await HeldAsync(list, list.Execution), cancellationToken),
                DecideSweepRequest decide => await new DecideSweepStep(registry, Settings, NullLogger<DecideSweepStep>.Instance).RunAsync(decide, cancellationToken),
                ListFindingsRequest list => await new ListFindingsStep(registry, Settings, NullLogger<ListFindingsStep>.Instance).RunAsync(list, cancellationToken),
                EndSweepRequest end => await new EndSweepStep(registry, TimeProvider.System, output, NullLogger<EndSweepStep>.Instance).RunAsync(end, cancellationToken),
                _ => null,
            };
        }

        public Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> PageAsync(
            string? accountId, string? next, ExecutionReference execution, CancellationToken cancellationToken)
        {
            var from = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            return Task.FromResult<(IReadOnlyList<TaggedResource> Resources, string? Next)>(
                accountId == Attacker ? ([.. forged.Skip(from).Take(50)], from + 50 < forged.Length ? $"{from + 50}" : null) : ([], null));
        }

        public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
            Task.FromResult<ObservedCluster?>(null);

        /// <summary>The lease that BeginSweep would take.</summary>
        private async Task<T> HeldAsync<T>(T request, ExecutionReference execution)
        {
            await registry.TryBeginAsync(execution, ignoreBrake: false, TestContext.Current.CancellationToken);
            return request;
        }

        private async Task<InspectClusterResult> InspectAsync(InspectClusterRequest request, CancellationToken cancellationToken)
        {
            var finding = request.ClusterArn == differing ? Finding.Differs : gone.Contains(request.ClusterArn) || request.CreatedAt is not null ? Finding.Gone : Finding.Unchanged;
            await registry.WriteFindingAsync(request.ClusterArn, request.CreatedAt ?? CreatedAt, request.Sweep, new Inspection(finding, "As planned."), cancellationToken);
            return new InspectClusterResult(finding, null);
        }
    }
}

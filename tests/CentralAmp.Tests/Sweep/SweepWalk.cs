using System.Text.Json;
using Amazon.Runtime;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Sweep;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Sweep;

/// <summary>Runs all steps of a sweep in the order of the state machine, with fakes behind the SDK's clients.</summary>
internal sealed class SweepWalk : IOrganizationAccounts, IDisposable
{
    private static readonly string[] Regions =
    [
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2", "eu-west-3",
        "eu-central-1", "eu-north-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    ];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly FakeClock clock = new(Some.Noon);
    private readonly StringWriter output = new();
    private int runs;

    public SweepWalk(ClusterReference[] fleet, HubSettings settings)
    {
        (Fleet, Settings) = (fleet, settings);
        Registry = new FakeFleetRegistry(clock);
        Aws = new FleetAws(settings, fleet);
        foreach (var cluster in fleet)
        {
            Registry.Put(new FleetItem(ItemOf(cluster)));
        }
    }

    public ClusterReference[] Fleet { get; }

    public HubSettings Settings { get; set; }

    public FleetAws Aws { get; }

    public FakeFleetRegistry Registry { get; }

    public string? LostAccount { get; init; }

    public List<SweepStart> Starts { get; } = [];

    public int LargestPayload { get; private set; }

    public SweepRecord Record => Registry.Records[^1];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => output.Dispose();

    public void Delete(int count) => Aws.Deleted.UnionWith(Fleet.Take(count).Select(cluster => cluster.Arn));

    public async Task RunAsync()
    {
        using var aws = Clients();
        var (execution, clusters) = (Some.Execution($"sweep-{++runs}", runs * 21600), Step(aws));
        var sweep = Sized(await new BeginSweepStep(Registry, Settings, NullLogger<BeginSweepStep>.Instance).RunAsync(new(execution, Some.Json("{}")), Cancel)).Sweep;
        await ForEachPageAsync(async next =>
        {
            var page = Sized(await new ListAccountsStep(this, Registry, Settings, NullLogger<ListAccountsStep>.Instance).RunAsync(new(execution, sweep, next), Cancel));
            foreach (var account in page.Accounts)
            {
                await InspectAccountAsync(aws, clusters, execution, sweep, account);
            }

            return page.Next;
        });
        await OrphansAsync(aws, execution, sweep, account: null);
        await ForEachPageAsync(async next =>
        {
            var page = Sized(await new ListRegisteredStep(Registry, NullLogger<ListRegisteredStep>.Instance).RunAsync(new(execution, sweep, AccountsListed: true, next), Cancel));
            foreach (var cluster in page.Clusters)
            {
                await clusters.RunAsync(new(execution, sweep, cluster.ClusterArn, cluster.CreatedAt, cluster.AccountListed), Cancel);
            }

            return page.Next;
        });
        await EndAsync(execution, sweep);
    }

    public async Task InspectAsync(IEnumerable<ClusterReference> inspected)
    {
        using var aws = Clients();
        var step = Step(aws);
        foreach (var cluster in inspected)
        {
            await step.RunAsync(new(Some.Execution("sweep"), InspectionScene.Sweep, cluster.Arn), Cancel);
        }
    }

    public Task<(IReadOnlyList<string> Accounts, string? Next)> PageAsync(string? next, CancellationToken cancellationToken)
    {
        var from = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        var all = Fleet.Select(cluster => cluster.AccountId).Distinct().ToList();
        return Task.FromResult<(IReadOnlyList<string> Accounts, string? Next)>(([.. all.Skip(from).Take(20)], from + 20 < all.Count ? $"{from + 20}" : null));
    }

    private async Task InspectAccountAsync(AwsClients aws, InspectClusterStep clusters, ExecutionReference execution, SweepReference sweep, string account)
    {
        foreach (var region in Regions)
        {
            await ForEachPageAsync(async next =>
            {
                var page = Sized(await new ListClustersStep(new EksClusterNames(aws), Registry, NullLogger<ListClustersStep>.Instance)
                    .RunAsync(new(execution, sweep, account, region, next), Cancel));
                foreach (var arn in page.Clusters)
                {
                    await clusters.RunAsync(new(execution, sweep, arn), Cancel);
                }

                return page.Next;
            });
        }

        await OrphansAsync(aws, execution, sweep, account);
    }

    private Task OrphansAsync(AwsClients aws, ExecutionReference execution, SweepReference sweep, string? account) => ForEachPageAsync(async next => Sized(
        await new FindOrphansStep(new IamManagedResources(aws, Settings), Registry, new EksClusters(aws), Settings, NullLogger<FindOrphansStep>.Instance)
            .RunAsync(new(execution, sweep, account, next), Cancel)).Next);

    private async Task EndAsync(ExecutionReference execution, SweepReference sweep)
    {
        var decision = await new DecideSweepStep(Registry, Settings, NullLogger<DecideSweepStep>.Instance).RunAsync(new(execution, sweep), Cancel);
        if (decision.Action == SweepAction.Start)
        {
            var left = decision.NewLeft;
            await ForEachPageAsync(async next =>
            {
                var page = Sized(await new ListFindingsStep(Registry, Settings, NullLogger<ListFindingsStep>.Instance).RunAsync(new(execution, sweep, left, next, decision.Braked), Cancel));
                Starts.AddRange(page.Starts);
                left = page.NewLeft;
                return page.Next;
            });
        }

        Sized(await new EndSweepStep(Registry, clock, output, NullLogger<EndSweepStep>.Instance).RunAsync(new(execution, sweep, decision), Cancel));
    }

    private AwsClients Clients() => new(Members(), Aws.Adjust);

    private MemberAccounts Members()
    {
        var sts = new LosingSts(LostAccount);
        return new MemberAccounts(sts, Settings, clock);
    }

    private InspectClusterStep Step(AwsClients aws) =>
        new(
            new ClusterInspector(
                Registry,
                new EksClusters(aws),
                new EksAccessEntries(aws, Members()),
                new RecentWorkspaces(new AmpWorkspaces(aws.Prometheus), clock),
                Aws,
                new IamTrustStores(aws, "us-east-1"),
                new FakePodIdentities(),
                new IngestReader(new WorkspaceDataPlane(Aws.Client(), clock), () => Task.FromResult(new ImmutableCredentials("AKIA111111111111", "secret", null))),
                Settings,
                clock),
            Registry,
            NullLogger<InspectClusterStep>.Instance);

    private T Sized<T>(T payload)
    {
        LargestPayload = Math.Max(LargestPayload, JsonSerializer.SerializeToUtf8Bytes(payload, Json).Length);
        return payload;
    }

    private static async Task ForEachPageAsync(Func<string?, Task<string?>> read)
    {
        string? next = null;
        do
        {
            next = await read(next);
        }
        while (next is not null);
    }

    private RegistryItem ItemOf(ClusterReference cluster) => new()
    {
        ClusterArn = cluster.Arn,
        CreatedAt = Some.CreatedAt,
        State = Outcome.Verified,
        WorkspaceArn = Settings.WorkspaceArn,
        TrustMode = Settings.TrustMode,
        RoleArn = IngestRole.Arn(cluster, IngestRole.Name(cluster, Some.CreatedAt), Settings),
        ExecutionStartedAt = Some.Noon,
    };

    public static string AccountOf(int n) => $"{200000000000 + n}";

    /// <summary>Two clusters in each account.</summary>
    public static ClusterReference[] Of(int size) => [.. Enumerable.Range(0, size).Select(n => ClusterArn.Build(AccountOf(n / 2), Regions[n % 17], $"cluster-{n}"))];
}

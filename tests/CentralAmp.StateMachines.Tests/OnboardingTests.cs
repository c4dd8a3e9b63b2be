using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;

namespace CentralAmp.StateMachines.Tests;

/// <summary>Onboardings without failures.</summary>
public sealed class OnboardingTests(StateMachineEngine engine)
{
    /// <summary>The limit for a cluster that is ACTIVE and has its collector from the start.</summary>
    private const int MostTransitions = 40;

    private const int MostTransitionsUnchanged = 17;

    private static readonly Answer NotYet = Answer.Throws<NotReadyException>();

    [Fact]
    public async Task A_first_onboarding_runs_the_states_in_order()
    {
        var run = await engine.RunAsync(Onboardings.First);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            [
                "ResolveCluster", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess",
                "IsReadingAllowed?", "StartElevation", "InstallRbac", "EndElevation", "WhatComesNext?",
                "PlanOnboarding", "IsCollectorThere?", "EnsureTrust",
                "IsWritingAllowed?", "StartElevation", "InstallRbac", "EndElevation", "WhatComesNext?",
                "ProveIngest", "DeliverRemoteWrite", "IsItMerged?", "VerifyIngest", "IsOldGrantLeft?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingEnded",
            ],
            run.States);
    }

    [Fact]
    public async Task A_first_onboarding_with_the_usual_waiting_stays_within_forty_transitions()
    {
        var run = await engine.RunAsync(Onboardings.First
            .First("EnsureClusterAccess", NotYet, NotYet)
            .First("InstallRbac", NotYet, NotYet)
            .First("ProveIngest", NotYet, NotYet, NotYet)
            .First("DeliverRemoteWrite", NotYet, NotYet, NotYet)
            .First("VerifyIngest", NotYet, NotYet));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(run.States.Count + 12, run.Transitions);
        Assert.InRange(run.Transitions, 1, MostTransitions);
    }

    [Fact]
    public async Task A_second_run_reads_everything_once_and_proves_and_elevates_nothing()
    {
        var run = await engine.RunAsync(Onboardings.Again);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(
            [
                "ResolveCluster", "DescribeCluster", "IsClusterActive?", "EnsureClusterAccess", "IsReadingAllowed?", "PlanOnboarding", "IsCollectorThere?",
                "EnsureTrust", "IsWritingAllowed?", "DeliverRemoteWrite", "IsItMerged?", "VerifyIngest", "IsOldGrantLeft?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingEnded",
            ],
            run.States);
        Assert.InRange(run.Transitions, 1, MostTransitionsUnchanged);
    }

    [Theory]
    [InlineData(Change.Created, Change.Unchanged)]
    [InlineData(Change.Updated, Change.Unchanged)]
    [InlineData(Change.Unchanged, Change.Created)]
    [InlineData(Change.Unchanged, Change.Updated)]
    public async Task Every_change_is_proven_first(Change trust, Change plan)
    {
        var run = await engine.RunAsync(Onboardings.Again
            .On("EnsureTrust", Onboardings.Trusted(trust, RbacAccess.Allowed))
            .On("PlanOnboarding", Answer.Result(Onboardings.Plan with { Change = plan }))
            .On("ProveIngest", Answer.Result(new ProveIngestResult())));

        Assert.Equal(run.States.Index().Single(state => state.Item == "ProveIngest").Index + 1, run.States.Index().Single(state => state.Item == "DeliverRemoteWrite").Index);
    }

    [Fact]
    public async Task Elevation_installs_only_missing_RBAC()
    {
        var run = await engine.RunAsync(Onboardings.Again
            .On("EnsureTrust", Onboardings.Trusted(Change.Unchanged, RbacAccess.Missing))
            .On("StartElevation", Answer.Result(new StartElevationResult(Change.Created)))
            .On("InstallRbac", Answer.Result(new InstallRbacResult(Change.Updated)))
            .On("EndElevation", Answer.Result(new EndElevationResult(Change.Updated))));

        Assert.Equal(["IsWritingAllowed?", "StartElevation", "InstallRbac", "EndElevation", "WhatComesNext?", "DeliverRemoteWrite"], run.States.Skip(8).Take(6));
    }

    [Fact]
    public async Task The_plan_names_what_the_second_installation_of_RBAC_may_write()
    {
        var run = await engine.RunAsync(Onboardings.First);

        var requests = run.RequestsOf("InstallRbac").Select(request => (InstallRbacRequest)FunctionJson.Read("InstallRbac", request)).ToList();
        Assert.Null(requests[0].Plan);
        Assert.Equal(Onboardings.Plan.Collector!.ServiceAccount, requests[1].Plan!.Collector!.ServiceAccount);
    }

    [Fact]
    public async Task The_results_of_all_states_are_recorded_and_published()
    {
        var run = await engine.RunAsync(Onboardings.First);

        var recorded = run.RequestOf<RecordOutcomeRequest>("RecordOutcome");
        Assert.Equal(Onboardings.Cluster, recorded.Cluster);
        Assert.Equal(Change.Created, recorded.Access!.Change);
        Assert.Equal(Change.Created, recorded.Trust!.Change);
        Assert.NotNull(recorded.Delivery!.DeliveredAt);
        Assert.Equal(4711, recorded.Verification!.Series);
        Assert.Null(recorded.Failure);
        Assert.Null(recorded.Withdrawal);

        var entry = Assert.Single(run.RequestsOf(StateNames.PublishOutcome));
        Assert.Equal("central-amp", entry.GetProperty("Source").GetString());
        Assert.Equal("CentralAmp Outcome", entry.GetProperty("DetailType").GetString());
        Assert.Equal("central-amp", entry.GetProperty("EventBusName").GetString());
        Assert.Contains("\"outcome\":\"Verified\"", entry.GetProperty("Detail").GetString()!.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_gets_the_time_of_the_delivery()
    {
        var run = await engine.RunAsync(Onboardings.First);
        Assert.NotNull(run.RequestOf<VerifyIngestRequest>("VerifyIngest").Delivery.DeliveredAt);
    }

    [Fact]
    public async Task State_data_stays_far_from_the_limit_of_256_KiB_with_hundreds_of_pods()
    {
        var run = await engine.RunAsync(Onboardings.First.On("PlanOnboarding", Answer.Result(Onboardings.Plan with
        {
            Collector = Onboardings.Plan.Collector! with { Shards = 100, Replicas = 3, Pods = [.. Enumerable.Range(0, 300).Select(n => $"prometheus-kube-prometheus-stack-prometheus-shard-{n}-0")] },
        })));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.InRange(run.LargestData, 1, 32 * 1024);
    }

    [Fact]
    public async Task State_data_of_an_ordinary_cluster_is_a_few_KiB() => Assert.InRange((await engine.RunAsync(Onboardings.First)).LargestData, 1, 6 * 1024);

    [Fact]
    public async Task An_event_of_a_new_cluster_runs_the_same_workflow()
    {
        var run = await engine.RunAsync(Onboardings.First, Inputs.CreateClusterEvent);

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(Onboardings.Cluster, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Cluster);
    }

    [Fact]
    public async Task A_dry_run_ends_after_the_plan()
    {
        var run = await engine.RunAsync(
            Onboardings.Again.On("PlanOnboarding", Answer.From<PlanOnboardingRequest>(request =>
                Onboardings.Plan with { Next = PlanNext.Stop, Stop = request.DryRun ? PlanStop.DryRun : PlanStop.None })),
            $$"""{"clusterArn": "{{Onboardings.Cluster.Arn}}", "dryRun": true}""");

        Assert.Equal(["PlanOnboarding", "IsCollectorThere?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingEnded"], run.States.SkipWhile(state => state != "PlanOnboarding"));
        Assert.Equal(PlanStop.DryRun, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Plan!.Stop);
    }

    [Fact]
    public async Task An_opted_out_cluster_is_recorded_and_not_changed()
    {
        var run = await engine.RunAsync(Onboardings.Shortest(ClusterNext.OptOut, Outcome.OptedOut));

        Assert.Equal("SUCCEEDED", run.Status);
        Assert.Equal(["ResolveCluster", "DescribeCluster", "IsClusterActive?", "RecordOutcome", "PublishOutcome", "HowDidItEnd?", "OnboardingEnded"], run.States);
        Assert.Equal(ClusterNext.OptOut, run.RequestOf<RecordOutcomeRequest>("RecordOutcome").Described!.Next);
    }
}

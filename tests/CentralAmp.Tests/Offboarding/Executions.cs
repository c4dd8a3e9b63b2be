using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Offboarding;

/// <summary>Both deployed state machines over one world. All steps are real but proof and verification, which need a workspace.</summary>
internal sealed class Executions
{
    private readonly World world;
    private readonly WorkflowRunner onboard;
    private readonly WorkflowRunner offboard;
    private int executions;

    public Executions(World world)
    {
        this.world = world;
        onboard = new WorkflowRunner("onboard-cluster") { Waiting = Waiting, Uncaught = typeof(KilledException) };
        offboard = new WorkflowRunner("offboard-cluster") { Waiting = Waiting, Uncaught = typeof(KilledException) };
        AddAccess(onboard);
        AddAccess(offboard);
        AddOnboarding();
        AddOffboarding();
    }

    /// <summary>An action to run when an onboarding enters its n-th state.</summary>
    public (int State, Func<Task> Do)? Meanwhile
    {
        set => onboard.Meanwhile = value;
    }

    /// <summary>Both machines.</summary>
    public IReadOnlyList<WorkflowRunner> Runners => [onboard, offboard];

    /// <summary>Outcomes in the order in which they were published.</summary>
    public List<OutcomeRecord> Outcomes { get; } = [];

    /// <summary>Whether the deletion of a cluster ends while an execution waits.</summary>
    public bool DeletionEnds { get; init; } = true;

    public string Manual { get; } = $$"""{"clusterArn":"{{Some.Cluster().Arn}}"}""";

    /// <summary>Runs one execution, a second after the one before.</summary>
    public Task<IReadOnlyList<string>> OnboardAsync(string? input = null) => RunAsync(onboard, input ?? Manual);

    public Task<IReadOnlyList<string>> OffboardAsync(string? input = null) => RunAsync(offboard, input ?? Manual);

    /// <summary>CloudTrail's event of a call. It never shows which cluster of that name the call was about.</summary>
    public static string Event(string call) => $$$$$"""
        {"source":"aws.eks","detail-type":"AWS API Call via CloudTrail","account":"{{{{{Some.MemberAccount}}}}}","region":"us-east-1",
         "detail":{"eventSource":"eks.amazonaws.com","eventName":"{{{{{call}}}}}","requestParameters":{"name":"shop"},"responseElements":{"cluster":{"arn":"{{{{{Some.Cluster().Arn}}}}}"}}}}
        """;

    private async Task<IReadOnlyList<string>> RunAsync(WorkflowRunner runner, string input)
    {
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var execution = new ExecutionReference($"arn:aws:states:us-east-1:{Some.HubAccount}:execution:workflow:{++executions}", world.Clock.GetUtcNow());
        var (states, data) = await runner.RunAsync(input, execution);
        return states[^1] is "OutcomeNotRecorded" or "OutcomeNotPublished" or "OffboardingNotStarted"
            ? throw new InvalidOperationException($"{states[^1]}: {data}")
            : states;
    }

    private void Waiting()
    {
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        if (DeletionEnds && world.Current is { Status: "DELETING" })
        {
            world.EndDeletion();
        }
    }

    private void AddAccess(WorkflowRunner runner)
    {
        var elevation = new Elevation(world, world, world.Registry, world.Clock);
        runner.On<SwitchAuthenticationModeRequest, SwitchAuthenticationModeResult>("SwitchAuthenticationMode", new SwitchAuthenticationModeStep(
            new NoAuthenticationModes(), world.Registry, world.Settings, NullLogger<SwitchAuthenticationModeStep>.Instance).RunAsync);
        runner.On<EnsureClusterAccessRequest, EnsureClusterAccessResult>(
            "EnsureClusterAccess", new EnsureClusterAccessStep(world, world, NullLogger<EnsureClusterAccessStep>.Instance).RunAsync);
        runner.On<StartElevationRequest, StartElevationResult>(
            "StartElevation", new StartElevationStep(elevation, NullLogger<StartElevationStep>.Instance).RunAsync);
        runner.On<InstallRbacRequest, InstallRbacResult>("InstallRbac", new InstallRbacStep(world, world.Registry, NullLogger<InstallRbacStep>.Instance).RunAsync);
        runner.On<EndElevationRequest, EndElevationResult>("EndElevation", new EndElevationStep(elevation, NullLogger<EndElevationStep>.Instance).RunAsync);
        runner.On<WithdrawRemoteWriteRequest, WithdrawRemoteWriteResult>(
            "WithdrawRemoteWrite", new WithdrawRemoteWriteStep(world, world.Registry, world.Settings, NullLogger<WithdrawRemoteWriteStep>.Instance).RunAsync);
        runner.On<PutEvents, object>("events:putEvents", (put, _) =>
        {
            Outcomes.Add(put.Entries[0].Detail);
            return Task.FromResult(new object());
        });
    }

    private void AddOnboarding()
    {
        var elevation = new Elevation(world, world, world.Registry, world.Clock);
        onboard.On<ResolveClusterRequest, ResolveClusterResult>("ResolveCluster", new ResolveClusterStep(world.Settings, NullLogger<ResolveClusterStep>.Instance).RunAsync);
        onboard.On<DescribeClusterRequest, ClusterDescription>("DescribeCluster", new DescribeClusterStep(
            world, elevation, world.Registry, world.Settings, world.Clock, NullLogger<DescribeClusterStep>.Instance).RunAsync);
        onboard.On<PlanOnboardingRequest, OnboardingPlan>("PlanOnboarding", new PlanOnboardingStep(
            world, world, world, new FakePodIdentities(), world.Registry, world.Settings, world.Clock, NullLogger<PlanOnboardingStep>.Instance).RunAsync);
        onboard.On<EnsureTrustRequest, EnsureTrustResult>(
            "EnsureTrust", new EnsureTrustStep(world, world.Registry, world.Settings, NullLogger<EnsureTrustStep>.Instance).RunAsync);
        onboard.On<ProveIngestRequest, ProveIngestResult>("ProveIngest", (_, _) => Task.FromResult(new ProveIngestResult()));
        onboard.On<DeliverRemoteWriteRequest, DeliverRemoteWriteResult>("DeliverRemoteWrite", new DeliverRemoteWriteStep(
            world, world.Registry, world.Settings, world.Clock, NullLogger<DeliverRemoteWriteStep>.Instance).RunAsync);
        onboard.On<VerifyIngestRequest, VerifyIngestResult>("VerifyIngest", (request, _) => world.Current is { } living && world.Sends(living, request.Plan.WorkspaceArn)
            ? Task.FromResult(new VerifyIngestResult(1, world.Clock.GetUtcNow()))
            : throw new NotReadyException(Causes.NoSamples, "No samples.", "None."));
        onboard.On<RemoveOldGrantRequest, RemoveOldGrantResult>("RemoveOldGrant", new RemoveOldGrantStep(
            world,
            new GrantRevocation(world, world.Registry, world.Settings, world.Clock, NullLogger<GrantRevocation>.Instance),
            world.Registry,
            world.Settings,
            NullLogger<RemoveOldGrantStep>.Instance).RunAsync);
        onboard.On<RecordOutcomeRequest, OutcomeRecord>("RecordOutcome", new RecordOutcomeStep(
            world.Registry, world.Expectations, world.Settings, world.Clock, TextWriter.Null, NullLogger<RecordOutcomeStep>.Instance).RunAsync);
        onboard.On<StartExecution, object>("states:startExecution", async (start, _) =>
        {
            await OffboardAsync(start.Input.GetRawText());
            return new object();
        });
    }

    private void AddOffboarding()
    {
        var elevation = new Elevation(world, world, world.Registry, world.Clock);
        var trust = new IamIssuedTrust(world.Hub, world.MemberIamAsync);
        offboard.On<ResolveOffboardingRequest, ResolveOffboardingResult>("ResolveOffboarding", new ResolveOffboardingStep(
            world, world, elevation, world.Registry, world.Settings, world.Clock, NullLogger<ResolveOffboardingStep>.Instance).RunAsync);
        offboard.On<CutAccessRequest, CutAccessResult>("CutAccess", new CutAccessStep(trust, world.Registry, NullLogger<CutAccessStep>.Instance).RunAsync);
        offboard.On<PlanOffboardingRequest, PlanOffboardingResult>(
            "PlanOffboarding", new PlanOffboardingStep(world, world, world.Settings, NullLogger<PlanOffboardingStep>.Instance).RunAsync);
        offboard.On<RemoveRbacRequest, RemoveRbacResult>("RemoveRbac", new RemoveRbacStep(world, world.Registry, world.Settings, NullLogger<RemoveRbacStep>.Instance).RunAsync);
        offboard.On<RemoveClusterAccessRequest, RemoveClusterAccessResult>(
            "RemoveClusterAccess", new RemoveClusterAccessStep(world, world.Registry, NullLogger<RemoveClusterAccessStep>.Instance).RunAsync);
        offboard.On<RemoveTrustRequest, RemoveTrustResult>(
            "RemoveTrust", new RemoveTrustStep(trust, world.Registry, world.Settings, NullLogger<RemoveTrustStep>.Instance).RunAsync);
        offboard.On<RecordOffboardingRequest, OutcomeRecord>("RecordOffboarding", new RecordOffboardingStep(
            world.Registry, world.Expectations, world.Settings, world.Clock, TextWriter.Null, NullLogger<RecordOffboardingStep>.Instance).RunAsync);
    }

    internal sealed record PutEvents([property: System.Text.Json.Serialization.JsonPropertyName("Entries")] PutEntry[] Entries);

    internal sealed record PutEntry([property: System.Text.Json.Serialization.JsonPropertyName("Detail")] OutcomeRecord Detail);

    internal sealed record StartExecution([property: System.Text.Json.Serialization.JsonPropertyName("Input")] System.Text.Json.JsonElement Input);
}

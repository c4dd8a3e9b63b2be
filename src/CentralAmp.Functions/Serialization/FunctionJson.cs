using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Sweep;
using CentralAmp.Verification;

namespace CentralAmp.Functions.Serialization;

/// <summary>JSON contracts of every input and output of a state. The options come from <see cref="FunctionSerializer"/>: Lambda's serializer ignores options declared here.</summary>
[JsonSerializable(typeof(ResolveClusterRequest))]
[JsonSerializable(typeof(ResolveClusterResult))]
[JsonSerializable(typeof(DescribeClusterRequest))]
[JsonSerializable(typeof(ClusterDescription))]
[JsonSerializable(typeof(SwitchAuthenticationModeRequest))]
[JsonSerializable(typeof(SwitchAuthenticationModeResult))]
[JsonSerializable(typeof(EnsureClusterAccessRequest))]
[JsonSerializable(typeof(EnsureClusterAccessResult))]
[JsonSerializable(typeof(StartElevationRequest))]
[JsonSerializable(typeof(StartElevationResult))]
[JsonSerializable(typeof(InstallRbacRequest))]
[JsonSerializable(typeof(InstallRbacResult))]
[JsonSerializable(typeof(EndElevationRequest))]
[JsonSerializable(typeof(EndElevationResult))]
[JsonSerializable(typeof(PlanOnboardingRequest))]
[JsonSerializable(typeof(OnboardingPlan))]
[JsonSerializable(typeof(EnsureTrustRequest))]
[JsonSerializable(typeof(EnsureTrustResult))]
[JsonSerializable(typeof(ProveIngestRequest))]
[JsonSerializable(typeof(ProveIngestResult))]
[JsonSerializable(typeof(RemoveOldGrantRequest))]
[JsonSerializable(typeof(RemoveOldGrantResult))]
[JsonSerializable(typeof(DeliverRemoteWriteRequest))]
[JsonSerializable(typeof(DeliverRemoteWriteResult))]
[JsonSerializable(typeof(WithdrawRemoteWriteRequest))]
[JsonSerializable(typeof(WithdrawRemoteWriteResult))]
[JsonSerializable(typeof(VerifyIngestRequest))]
[JsonSerializable(typeof(VerifyIngestResult))]
[JsonSerializable(typeof(RecordOutcomeRequest))]
[JsonSerializable(typeof(OutcomeRecord))]
[JsonSerializable(typeof(ResolveOffboardingRequest))]
[JsonSerializable(typeof(ResolveOffboardingResult))]
[JsonSerializable(typeof(CutAccessRequest))]
[JsonSerializable(typeof(CutAccessResult))]
[JsonSerializable(typeof(PlanOffboardingRequest))]
[JsonSerializable(typeof(PlanOffboardingResult))]
[JsonSerializable(typeof(RemoveRbacRequest))]
[JsonSerializable(typeof(RemoveRbacResult))]
[JsonSerializable(typeof(RemoveClusterAccessRequest))]
[JsonSerializable(typeof(RemoveClusterAccessResult))]
[JsonSerializable(typeof(RemoveTrustRequest))]
[JsonSerializable(typeof(RemoveTrustResult))]
[JsonSerializable(typeof(RecordOffboardingRequest))]
[JsonSerializable(typeof(BeginSweepRequest))]
[JsonSerializable(typeof(BeginSweepResult))]
[JsonSerializable(typeof(ListAccountsRequest))]
[JsonSerializable(typeof(ListAccountsResult))]
[JsonSerializable(typeof(ListClustersRequest))]
[JsonSerializable(typeof(ListClustersResult))]
[JsonSerializable(typeof(InspectClusterRequest))]
[JsonSerializable(typeof(InspectClusterResult))]
[JsonSerializable(typeof(ListRegisteredRequest))]
[JsonSerializable(typeof(ListRegisteredResult))]
[JsonSerializable(typeof(FindOrphansRequest))]
[JsonSerializable(typeof(FindOrphansResult))]
[JsonSerializable(typeof(DecideSweepRequest))]
[JsonSerializable(typeof(DecideSweepResult))]
[JsonSerializable(typeof(ListFindingsRequest))]
[JsonSerializable(typeof(ListFindingsResult))]
[JsonSerializable(typeof(ExpectSamplesRequest))]
[JsonSerializable(typeof(ExpectSamplesResult))]
[JsonSerializable(typeof(EndSweepRequest))]
[JsonSerializable(typeof(SweepRecord))]
public sealed partial class FunctionJson : JsonSerializerContext;

/// <summary>Serializer options of the workflows' data.</summary>
internal static class FunctionJsonOptions
{
    /// <summary>camelCase, enums by name, and required members: if a state machine omits a value, the step that needs it fails.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter<Change>());
        options.Converters.Add(new JsonStringEnumConverter<ClusterNext>());
        options.Converters.Add(new JsonStringEnumConverter<RbacAccess>());
        options.Converters.Add(new JsonStringEnumConverter<PlanNext>());
        options.Converters.Add(new JsonStringEnumConverter<PlanStop>());
        options.Converters.Add(new JsonStringEnumConverter<Outcome>());
        options.Converters.Add(new JsonStringEnumConverter<RevocationKind>());
        options.Converters.Add(new JsonStringEnumConverter<OffboardingNext>());
        options.Converters.Add(new JsonStringEnumConverter<OffboardingPlanNext>());
        options.Converters.Add(new JsonStringEnumConverter<OffboardingReason>());
        options.Converters.Add(new JsonStringEnumConverter<ClusterPresence>());
        options.Converters.Add(new JsonStringEnumConverter<SweepNext>());
        options.Converters.Add(new JsonStringEnumConverter<Finding>());
        options.Converters.Add(new JsonStringEnumConverter<SweepAction>());
        options.Converters.Add(new JsonStringEnumConverter<SweepWorkflow>());
        options.Converters.Add(new JsonStringEnumConverter<SweepOutcome>());
    }
}

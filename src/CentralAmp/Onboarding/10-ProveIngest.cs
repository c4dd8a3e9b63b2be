using System.Text.Json.Nodes;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Proof;
using CentralAmp.RemoteWrite;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

public sealed record ProveIngestRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, OnboardingPlan Plan, EnsureTrustResult Trust);

/// <summary>The workspace accepted the sample; later states need no data of the proof.</summary>
public sealed record ProveIngestResult;

/// <summary>Writes one sample with exactly the identity that the collector will have. Changes nothing that runs in the cluster.</summary>
public sealed partial class ProveIngestStep(
    IKubernetesClients clusters,
    IWebIdentity sts,
    WorkspaceDataPlane workspaces,
    ITrustStores trust,
    HubSettings settings,
    TimeProvider time,
    ILogger<ProveIngestStep> logger)
{
    /// <summary>The shortest lifetime that Kubernetes grants.</summary>
    private const int TokenSeconds = 600;

    public async Task<ProveIngestResult> RunAsync(ProveIngestRequest request, CancellationToken cancellationToken)
    {
        var collector = request.Plan.RequireCollector();
        var desired = DesiredOf(request);

        var token = await TokenAsync(request, collector, cancellationToken);
        if (CollectorToken.Check(CollectorToken.Read(token), desired.Assumed.Issuer, desired.Assumed.Subject) is { } wrong)
        {
            throw wrong.ToException();
        }

        var credentials = await AssumeAsync(request, desired, token, cancellationToken);
        if (desired.Member is not null)
        {
            credentials = await ChainAsync(request, desired, credentials, cancellationToken);
        }

        await WriteAsync(request, desired.Hub, credentials, cancellationToken);
        Proven(request.Cluster.Arn, desired.Assumed.RoleArn, request.Plan.WorkspaceArn);
        return new ProveIngestResult();
    }

    private ClusterTrust DesiredOf(ProveIngestRequest request)
    {
        var desired = ClusterTrust.For(request.Cluster, request.Described, request.Plan.PlannedTrust(), settings);
        return request.Trust.PreviousWorkspaceArn is { } previous ? desired with { Hub = desired.Hub.StillGranting(previous) } : desired;
    }

    private async Task<string> TokenAsync(ProveIngestRequest request, Collector collector, CancellationToken cancellationToken)
    {
        using var kubernetes = await clusters.ConnectAsync(request.Cluster, request.Described, request.Execution, cancellationToken);
        var answer = await kubernetes.CreateAsync(
            KubernetesPath.TokenRequest(collector.Namespace, collector.ServiceAccount),
            new JsonObject
            {
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["kind"] = "TokenRequest",
                ["spec"] = new JsonObject { ["audiences"] = new JsonArray(DesiredTrust.Audience), ["expirationSeconds"] = TokenSeconds },
            },
            cancellationToken);
        return (answer["status"] as JsonObject)?["token"] is JsonValue token && token.TryGetValue<string>(out var text) ? text : "";
    }

    private async Task<ImmutableCredentials> AssumeAsync(
        ProveIngestRequest request, ClusterTrust desired, string token, CancellationToken cancellationToken)
    {
        var answer = await sts.AssumeAsync(desired.Assumed.RoleArn, token, request.Cluster.Region, cancellationToken);
        if (answer.Credentials is { } credentials)
        {
            return credentials;
        }

        var observed = desired.Member is null
            ? await trust.Hub.ObserveAsync(desired.Hub, cancellationToken)
            : await ObserveMemberAsync(request, desired.Member, cancellationToken);
        throw ProofDiagnosis.OfAssume(desired.Assumed, observed, answer).ToException();
    }

    /// <summary>Assumes the second role of chained trust at the STS endpoint that the collector uses: in the workspace's region.</summary>
    private async Task<ImmutableCredentials> ChainAsync(
        ProveIngestRequest request, ClusterTrust desired, ImmutableCredentials collector, CancellationToken cancellationToken)
    {
        var answer = await sts.ChainAsync(desired.Hub.RoleArn, collector, request.Plan.TargetWorkspace().Region, cancellationToken);
        if (answer.Credentials is { } credentials)
        {
            return credentials;
        }

        var hub = await trust.Hub.ObserveAsync(desired.Hub, cancellationToken);
        var member = await ObserveMemberAsync(request, desired.Member!, cancellationToken);
        throw ProofDiagnosis.OfChain(desired, hub, member, answer).ToException();
    }

    private async Task<ObservedTrust> ObserveMemberAsync(ProveIngestRequest request, DesiredTrust desired, CancellationToken cancellationToken)
    {
        using var member = await trust.MemberAsync(request.Cluster, MemberRole.Looking, request.Execution, cancellationToken);
        return await member.ObserveAsync(desired, cancellationToken);
    }

    private async Task WriteAsync(
        ProveIngestRequest request, DesiredTrust desired, ImmutableCredentials credentials, CancellationToken cancellationToken)
    {
        var workspace = request.Plan.TargetWorkspace();
        var body = ProofSample.Body(ClusterLabels.Of(request.Cluster, settings.ClusterLabelFormat), request.Execution, time.GetUtcNow());
        var (status, text) = await workspaces.WriteAsync(workspace, body, credentials, cancellationToken);
        var (verdict, failure) = WorkspaceAnswer.Read(status, text, $"proving ingest of {request.Cluster} to {workspace.Arn}");
        switch (verdict)
        {
            case WorkspaceVerdict.Accepted:
                return;
            case WorkspaceVerdict.Denied:
                var observed = await trust.Hub.ObserveAsync(desired, cancellationToken);
                throw ProofDiagnosis.OfWrite(desired, observed, WorkspaceAnswer.Quote(status, text)).ToException();
            case WorkspaceVerdict.Older:
                // The series is of this execution alone, so the workspace has a sample of an earlier try, and the clock of this one is behind.
                throw new NotReadyException(
                    Causes.WorkspaceRejectedSamples,
                    $"While proving ingest of {request.Cluster}: {workspace.Arn} did not take the sample ({WorkspaceAnswer.Quote(status, text)}).",
                    "None: the next try writes a later sample.");
            default:
                throw failure!.ToException();
        }
    }

    [LoggerMessage(LogLevel.Information, "Proof for {Cluster}: {Role} can write to {Workspace}")]
    private partial void Proven(string cluster, string role, string workspace);
}

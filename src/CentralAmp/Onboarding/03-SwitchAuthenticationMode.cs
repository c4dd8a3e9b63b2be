using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Switching">What this execution did about it before; null at first.</param>
public sealed record SwitchAuthenticationModeRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, bool DryRun, SwitchAuthenticationModeResult? Switching = null);

/// <param name="UpdateId">EKS' id of our update; null while someone else's runs.</param>
/// <param name="Looks">How often this execution found the cluster not switched.</param>
/// <param name="WaitSeconds">Until the cluster is looked at again.</param>
public sealed record SwitchAuthenticationModeResult(Change Change, string? UpdateId, int Looks, int WaitSeconds);

/// <summary>Switches a cluster that knows only its ConfigMap, where the installation allows it; the state machine waits until it is ACTIVE again.</summary>
public sealed partial class SwitchAuthenticationModeStep(IAuthenticationModes modes, HubSettings settings, ILogger<SwitchAuthenticationModeStep> logger)
{
    public async Task<SwitchAuthenticationModeResult> RunAsync(SwitchAuthenticationModeRequest request, CancellationToken cancellationToken)
    {
        var (execution, cluster, described, dryRun, before) = request;
        var update = before?.UpdateId is { } started ? await modes.DescribeUpdateAsync(cluster, started, execution, cancellationToken) : null;
        var delta = AuthenticationModeDecision.Decide(cluster, described.AuthenticationMode, settings.SwitchConfigMap, dryRun, before?.Looks ?? 0, update);

        var id = delta == AuthenticationModeDelta.Switch ? await modes.AddAccessEntriesAsync(cluster, execution, cancellationToken) : before?.UpdateId;
        var change = delta == AuthenticationModeDelta.Switch && id is not null ? Change.Updated : Change.Unchanged;
        Switched(cluster.Arn, delta, change);
        return new SwitchAuthenticationModeResult(change, id, (before?.Looks ?? 0) + 1, (int)settings.ActivePoll.TotalSeconds);
    }

    [LoggerMessage(LogLevel.Warning, "Authentication mode of {ClusterArn} knows no access entries: {Delta}, {Change}")]
    private partial void Switched(string clusterArn, AuthenticationModeDelta delta, Change change);
}

using System.Text.Json.Serialization;
using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Switching">The previous result of this state in the same execution; null at first.</param>
public sealed record SwitchAuthenticationModeRequest(
    ExecutionReference Execution, ClusterReference Cluster, ClusterDescription Described, bool DryRun, SwitchAuthenticationModeResult? Switching = null);

/// <param name="UpdateId">EKS' id of the update that CentralAmp started; null while an update of another caller runs.</param>
/// <param name="Checks">How often this execution found that the mode was not switched yet. State data keeps the older name.</param>
/// <param name="WaitSeconds">Seconds until the cluster is described again.</param>
public sealed record SwitchAuthenticationModeResult(Change Change, string? UpdateId, [property: JsonPropertyName("looks")] int Checks, int WaitSeconds);

/// <summary>Switches a cluster in mode <c>CONFIG_MAP</c> to access entries if the installation allows it. The state machine waits until it is ACTIVE again.</summary>
public sealed partial class SwitchAuthenticationModeStep(
    IAuthenticationModes modes, ClusterRegistry registry, HubSettings settings, ILogger<SwitchAuthenticationModeStep> logger)
{
    public async Task<SwitchAuthenticationModeResult> RunAsync(SwitchAuthenticationModeRequest request, CancellationToken cancellationToken)
    {
        var (execution, cluster, described, dryRun, before) = request;
        var update = before?.UpdateId is { } started ? await modes.DescribeUpdateAsync(cluster, started, execution, cancellationToken) : null;
        var delta = AuthenticationModeDecision.Decide(cluster, described.AuthenticationMode, settings.SwitchConfigMap, dryRun, before?.Checks ?? 0, update);

        if (delta == AuthenticationModeDelta.Switch)
        {
            await registry.RequireClaimAsync(cluster, described.CreatedAt, execution, cancellationToken);
        }

        var id = delta == AuthenticationModeDelta.Switch ? await modes.AddAccessEntriesAsync(cluster, execution, cancellationToken) : before?.UpdateId;
        var change = delta == AuthenticationModeDelta.Switch && id is not null ? Change.Updated : Change.Unchanged;
        Switched(cluster.Arn, delta, change);
        return new SwitchAuthenticationModeResult(change, id, (before?.Checks ?? 0) + 1, (int)settings.ActivePoll.TotalSeconds);
    }

    [LoggerMessage(LogLevel.Warning, "The authentication mode of {ClusterArn} does not support access entries: {Delta}, {Change}")]
    private partial void Switched(string clusterArn, AuthenticationModeDelta delta, Change change);
}

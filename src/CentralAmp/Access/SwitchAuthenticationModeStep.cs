using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Access;

/// <summary>Switches a cluster that knows only its ConfigMap, where the installation allows it; the state machine waits until it is ACTIVE again.</summary>
public sealed class SwitchAuthenticationModeStep(IAuthenticationModes modes, HubSettings settings, ILogger<SwitchAuthenticationModeStep> log)
{
    public async Task<SwitchAuthenticationModeResult> RunAsync(SwitchAuthenticationModeRequest request, CancellationToken cancellationToken)
    {
        var (execution, cluster, described, dryRun, before) = request;
        var update = before?.UpdateId is { } started ? await modes.DescribeUpdateAsync(cluster, started, execution, cancellationToken) : null;
        var delta = AuthenticationModeDecision.Decide(cluster, described.AuthenticationMode, settings.SwitchConfigMap, dryRun, before, update);

        var id = delta == AuthenticationModeDelta.Switch ? await modes.AddAccessEntriesAsync(cluster, execution, cancellationToken) : before?.UpdateId;
        var change = delta == AuthenticationModeDelta.Switch && id is not null ? Change.Updated : Change.Unchanged;
        log.AuthenticationModeSwitched(cluster.Arn, delta, change);
        return new SwitchAuthenticationModeResult(change, id, (before?.Looks ?? 0) + 1, (int)settings.ActivePoll.TotalSeconds);
    }
}

using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Silence;

/// <summary>Ensures that a workspace alerts for silent clusters.</summary>
public sealed class SilenceAlert(IWorkspaceAlerts alerts, HubSettings settings)
{
    /// <exception cref="WorkflowException">AMP did not answer, or refused the definition.</exception>
    public async Task<Change> EnsureAsync(string workspaceArn, CancellationToken cancellationToken)
    {
        var rules = await EnsureRulesAsync(workspaceArn, cancellationToken);
        var manager = await EnsureAlertManagerAsync(workspaceArn, cancellationToken);
        return rules == Change.Unchanged ? manager : rules;
    }

    private async Task<Change> EnsureRulesAsync(string workspaceArn, CancellationToken cancellationToken)
    {
        var desired = SilenceRules.Render(settings.Silence.HubId, settings.Silence.Window);
        var observed = await alerts.FindRulesAsync(workspaceArn, cancellationToken);
        switch (observed)
        {
            case null:
                await alerts.CreateRulesAsync(workspaceArn, desired, cancellationToken);
                return Change.Created;
            case { Text: var text } when text != desired:
                await alerts.PutRulesAsync(workspaceArn, desired, cancellationToken);
                return Change.Updated;
            case { IsRefused: true }:
                throw Refused(workspaceArn, $"rules '{SilenceRules.Name}'", observed);
            default:
                return Change.Unchanged;
        }
    }

    /// <summary>CentralAmp never changes an existing definition: its owner routes alerts by it.</summary>
    private async Task<Change> EnsureAlertManagerAsync(string workspaceArn, CancellationToken cancellationToken)
    {
        if (settings.Silence.TopicArn.Length == 0)
        {
            return Change.Unchanged;
        }

        var desired = SilenceRules.AlertManager(settings.Silence.TopicArn);
        var observed = await alerts.FindAlertManagerAsync(workspaceArn, cancellationToken);
        switch (observed)
        {
            case null:
                await alerts.CreateAlertManagerAsync(workspaceArn, desired, cancellationToken);
                return Change.Created;
            case { IsRefused: true } when observed.Text == desired:
                throw Refused(workspaceArn, "alert manager definition", observed);
            default:
                return Change.Unchanged;
        }
    }

    private static BlockedException Refused(string workspaceArn, string what, AlertDefinition observed) => new(
        Causes.SilenceAlertRefused,
        $"AMP does not run CentralAmp's {what} in {workspaceArn}: {observed.Status}{(observed.Reason is { Length: > 0 } reason ? $", {reason}" : "")}.",
        "Read AMP's reason; raise the quota that it names, or report it as a bug. Delete the refused definition, then execute the sweep again.");
}

namespace CentralAmp.Silence;

/// <summary>A rule-groups namespace or alert manager definition as AMP returns it.</summary>
/// <param name="Status">AMP's status code, such as <c>ACTIVE</c> or <c>CREATION_FAILED</c>.</param>
/// <param name="Reason">Why AMP refused it; null if it did not.</param>
public sealed record AlertDefinition(string Text, string Status, string? Reason = null)
{
    public bool IsRefused => Status.EndsWith("_FAILED", StringComparison.Ordinal);
}

/// <summary>Rules and alert manager of a workspace, by AMP's control plane.</summary>
public interface IWorkspaceAlerts
{
    Task<AlertDefinition?> FindRulesAsync(string workspaceArn, CancellationToken cancellationToken);

    Task CreateRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken);

    Task PutRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken);

    Task<AlertDefinition?> FindAlertManagerAsync(string workspaceArn, CancellationToken cancellationToken);

    Task CreateAlertManagerAsync(string workspaceArn, string text, CancellationToken cancellationToken);
}

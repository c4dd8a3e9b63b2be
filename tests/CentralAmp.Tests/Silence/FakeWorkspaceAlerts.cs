using CentralAmp.Silence;

namespace CentralAmp.Tests.Silence;

/// <summary>Rules and alert managers of workspaces, in memory.</summary>
internal sealed class FakeWorkspaceAlerts : IWorkspaceAlerts
{
    public Dictionary<string, AlertDefinition> Rules { get; } = [];

    public Dictionary<string, AlertDefinition> Managers { get; } = [];

    public List<string> Writes { get; } = [];

    /// <summary>Thrown instead of an answer, by workspace ARN.</summary>
    public Dictionary<string, Exception> Failures { get; } = [];

    public Task<AlertDefinition?> FindRulesAsync(string workspaceArn, CancellationToken cancellationToken) =>
        Failures.TryGetValue(workspaceArn, out var failure) ? Task.FromException<AlertDefinition?>(failure) : Task.FromResult(Rules.GetValueOrDefault(workspaceArn));

    public Task CreateRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken) => Write("CreateRules", Rules, workspaceArn, text);

    public Task PutRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken) => Write("PutRules", Rules, workspaceArn, text);

    public Task<AlertDefinition?> FindAlertManagerAsync(string workspaceArn, CancellationToken cancellationToken) =>
        Task.FromResult(Managers.GetValueOrDefault(workspaceArn));

    public Task CreateAlertManagerAsync(string workspaceArn, string text, CancellationToken cancellationToken) =>
        Write("CreateAlertManager", Managers, workspaceArn, text);

    private Task Write(string what, Dictionary<string, AlertDefinition> where, string workspaceArn, string text)
    {
        Writes.Add(what);
        where[workspaceArn] = new AlertDefinition(text, "ACTIVE");
        return Task.CompletedTask;
    }
}

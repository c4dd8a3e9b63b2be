namespace CentralAmp.Planning;

/// <summary>What AMP says about workspaces.</summary>
public interface IWorkspaces
{
    /// <summary>The workspace, ACTIVE, with its address.</summary>
    Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken);
}

using CentralAmp.Failures;
using CentralAmp.Proof;

namespace CentralAmp.Verification;

/// <summary>Reads the workspace's answer to a query made with the function's own credentials.</summary>
internal static class VerificationAnswer
{
    /// <exception cref="RoadException">The workspace did not answer the query.</exception>
    public static IngestReading Read(int status, string body, string doing)
    {
        var (verdict, failure) = WorkspaceAnswer.Read(status, body, doing);
        return verdict switch
        {
            WorkspaceVerdict.Accepted when IngestQuery.Read(body) is { } reading => reading,
            WorkspaceVerdict.Denied => throw new BlockedException(
                Causes.HubPermissionMissing,
                $"While {doing}: the function's role is not allowed to ({WorkspaceAnswer.Quote(status, body)}).",
                "Deploy the current template.yaml in the hub account."),
            WorkspaceVerdict.Failed => throw failure!.ToException(),
            _ => throw new TransientException(
                Causes.WorkspaceUnavailable,
                $"While {doing}: the answer is not one of a query ({WorkspaceAnswer.Quote(status, body)}).",
                "None if it passes; else see what answers at the workspace's address."),
        };
    }
}

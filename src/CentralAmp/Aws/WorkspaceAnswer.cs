using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>Whether the workspace took the sample.</summary>
public enum WorkspaceVerdict
{
    Accepted,

    /// <summary>Not authorized: which of role, policy and workspace is at fault has to be found out.</summary>
    Denied,
    Failed,
}

/// <summary>Reads an answer of AMP's data plane (codes: aws.md, prometheus.md "Failure behaviour").</summary>
public static class WorkspaceAnswer
{
    private const int LongestQuote = 300;

    /// <param name="doing">What was being done, for the sentence.</param>
    public static (WorkspaceVerdict Verdict, Failure? Failure) Read(int status, string body, string doing) => status switch
    {
        >= 200 and < 300 => (WorkspaceVerdict.Accepted, null),
        // Executions run in parallel: another one's sample of the same series, newer than ours, is already there.
        400 when IsOvertaken(body) => (WorkspaceVerdict.Accepted, null),
        401 or 403 => (WorkspaceVerdict.Denied, null),
        404 => Failed(Failure.Blocked(
            Causes.WorkspaceNotFound,
            $"While {doing}: the workspace does not exist ({Quote(status, body)}).",
            "Deploy template.yaml with the ARN of a workspace that exists, then execute again.")),
        429 => Failed(Failure.Transient(
            Causes.WorkspaceThrottled,
            $"While {doing}: the workspace throttles ({Quote(status, body)}).",
            "None if it passes; else raise the workspace's quotas or drop series.")),
        408 or >= 500 => Failed(Failure.Transient(
            Causes.WorkspaceUnavailable,
            $"While {doing}: the workspace did not answer as it should ({Quote(status, body)}).",
            "None if it passes; else see the AWS health dashboard.")),
        _ => Failed(Failure.Blocked(
            Causes.WorkspaceRejectedSamples,
            $"While {doing}: the workspace rejected it ({Quote(status, body)}).",
            "Read the answer: a quota of the workspace (series, labels, size of a request) or a sample that it does not take.")),
    };

    public static string Quote(int status, string body)
    {
        var text = body.Trim();
        return $"HTTP {status}{(text.Length == 0 ? "" : ": ")}{(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…")}";
    }

    private static bool IsOvertaken(string body) =>
        Says(body, "out of order") || Says(body, "out-of-order") || Says(body, "duplicate sample") || Says(body, "new-value-for-timestamp");

    private static bool Says(string body, string wording) => body.Contains(wording, StringComparison.OrdinalIgnoreCase);

    private static (WorkspaceVerdict, Failure?) Failed(Failure failure) => (WorkspaceVerdict.Failed, failure);
}

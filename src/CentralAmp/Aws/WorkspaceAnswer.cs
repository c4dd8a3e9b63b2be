using CentralAmp.Failures;

namespace CentralAmp.Aws;

/// <summary>Whether the workspace accepted the sample.</summary>
public enum WorkspaceVerdict
{
    Accepted,

    /// <summary>Not taken: the workspace has this or a later sample of the series, from whomever. Never the same as accepted.</summary>
    Older,

    /// <summary>Not authorized; the answer does not say whether the role, the policy or the workspace is the reason.</summary>
    Denied,
    Failed,
}

/// <summary>Interprets answers of AMP's data plane (codes: aws.md, prometheus.md "Failure behaviour").</summary>
public static class WorkspaceAnswer
{
    private const int LongestQuote = 300;

    /// <param name="doing">The action, for the sentence.</param>
    public static (WorkspaceVerdict Verdict, Failure? Failure) Read(int status, string body, string doing) => status switch
    {
        >= 200 and < 300 => (WorkspaceVerdict.Accepted, null),
        400 when IsOutOfOrder(body) => (WorkspaceVerdict.Older, null),
        401 or 403 => (WorkspaceVerdict.Denied, null),
        404 => Failed(Failure.Blocked(
            Causes.WorkspaceNotFound,
            $"While {doing}: the workspace does not exist ({Quote(status, body)}).",
            "Deploy template.yaml with the ARN of a workspace that exists, then execute again.")),
        429 => Failed(Failure.Transient(
            Causes.WorkspaceThrottled,
            $"While {doing}: the workspace throttles requests ({Quote(status, body)}).",
            "None if the error is transient; else raise the workspace's quotas or drop series.")),
        408 or >= 500 => Failed(Failure.Transient(
            Causes.WorkspaceUnavailable,
            $"While {doing}: the workspace gave an unexpected answer ({Quote(status, body)}).",
            "None if the error is transient; else see the AWS health dashboard.")),
        _ => Failed(Failure.Blocked(
            Causes.WorkspaceRejectedSamples,
            $"While {doing}: the workspace rejected the request ({Quote(status, body)}).",
            "Read the answer: it names a quota of the workspace (series, labels, size of a request) or an invalid sample.")),
    };

    public static string Quote(int status, string body)
    {
        var text = body.Trim();
        return $"HTTP {status}{(text.Length == 0 ? "" : ": ")}{(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…")}";
    }

    private static bool IsOutOfOrder(string body) =>
        BodyContains(body, "out of order") || BodyContains(body, "out-of-order") || BodyContains(body, "duplicate sample") || BodyContains(body, "new-value-for-timestamp");

    private static bool BodyContains(string body, string wording) => body.Contains(wording, StringComparison.OrdinalIgnoreCase);

    private static (WorkspaceVerdict, Failure?) Failed(Failure failure) => (WorkspaceVerdict.Failed, failure);
}

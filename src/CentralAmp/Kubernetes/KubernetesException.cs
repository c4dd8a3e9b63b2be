using System.Text.RegularExpressions;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>An error answer of the Kubernetes API, from its <c>Status</c> object.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="reason">The Status object's <c>reason</c>; empty without a Status object.</param>
/// <param name="causes">Invalid or conflicting fields (<c>details.causes[]</c>).</param>
public sealed partial class KubernetesException(int status, string reason, string message, IReadOnlyList<KubernetesCause> causes, TimeSpan? retryAfter)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Reason { get; } = reason;

    public IReadOnlyList<KubernetesCause> Causes { get; } = causes;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True for a field of another manager, false for a stale resourceVersion or uid: only the first has causes (measured, prometheus.md).</summary>
    public bool IsManagerConflict => Status == 409 && Causes.Any(cause => cause.Reason == "FieldManagerConflict");

    /// <summary>Paths like <c>.spec.mode</c> that the resource's CRD does not declare. Server-side apply answers with a 500 and names them only in the message (measured, prometheus.md).</summary>
    public IReadOnlyList<string> UndeclaredFields => [.. Undeclared().Matches(Message).Select(match => match.Groups["path"].Value)];

    [GeneratedRegex(@"(?<path>\.\S+): field not declared in schema")]
    private static partial Regex Undeclared();
}

/// <summary>One entry of <c>details.causes[]</c>.</summary>
public sealed record KubernetesCause(string Reason, string Field, string Message);

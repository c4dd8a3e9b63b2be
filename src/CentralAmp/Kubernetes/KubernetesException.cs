using System.Text.RegularExpressions;
using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>An answer of the Kubernetes API other than success, from its <c>Status</c> object.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="reason">Kubernetes' word for it, "" where there was no Status object.</param>
/// <param name="causes">Fields that are at fault (<c>details.causes[]</c>).</param>
public sealed partial class KubernetesException(int status, string reason, string message, IReadOnlyList<KubernetesCause> causes, TimeSpan? retryAfter)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Reason { get; } = reason;

    public IReadOnlyList<KubernetesCause> Causes { get; } = causes;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Tells a field owned by another manager from a stale resourceVersion or uid: only the first names causes (measured, prometheus.md).</summary>
    public bool IsManagerConflict => Status == 409 && Causes.Any(cause => cause.Reason == "FieldManagerConflict");

    /// <summary>Paths like <c>.spec.mode</c> that the resource's CRD does not know. Server-side apply says it with a 500 and in words alone (measured, prometheus.md).</summary>
    public IReadOnlyList<string> UndeclaredFields => [.. Undeclared().Matches(Message).Select(match => match.Groups["path"].Value)];

    [GeneratedRegex(@"(?<path>\.\S+): field not declared in schema")]
    private static partial Regex Undeclared();
}

/// <summary>One entry of <c>details.causes[]</c>.</summary>
public sealed record KubernetesCause(string Reason, string Field, string Message);

using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>The one place where answers of a Kubernetes API become a kind of failure with a cause.</summary>
public static partial class KubernetesFailures
{
    public static WorkflowException Of(KubernetesException e, string doing) => OfAdmission(e, doing) ?? e.Status switch
    {
        // EKS and RBAC need seconds to know a new entry, association or binding: both are looked at again before a person is asked.
        401 => new NotReadyException(
            Causes.KubernetesUnauthorized,
            $"While {doing}: the cluster does not know who CentralAmp is ({e.Message}).",
            "See that the access entry of CentralAmpMember exists and that the role was not recreated since; delete the entry and execute again.",
            e),
        403 => new NotReadyException(
            Causes.KubernetesForbidden,
            $"While {doing}: the cluster's RBAC does not allow it ({e.Message}).",
            "Execute again, which restores CentralAmp's RBAC; if it happens again, see what removes it.",
            e),
        // Gone between reading and writing: the next attempt reads again.
        404 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it is not there any more ({e.Message}).", "Execute again.", e),
        // The client begins a list anew before it gives up (KubernetesClient).
        410 => new TransientException(
            Causes.KubernetesListExpired, $"While {doing}: the list changes faster than it can be read ({e.Message}).", "None if it passes.", e),
        409 when e.IsManagerConflict => new BlockedException(
            Causes.KubernetesConflict,
            $"While {doing}: another manager owns the field ({e.Message}).",
            "Remove the field at its source (Helm values, Git), or leave the object to CentralAmp.",
            e),
        409 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it changed meanwhile ({e.Message}).", "None if it passes.", e),
        408 or 429 => new TransientException(
            Causes.Throttled,
            $"While {doing}: the Kubernetes API asks to come back{(e.RetryAfter is { } wait ? $" in {wait.TotalSeconds:0} s" : " later")} ({e.Message}).",
            "None if it passes; else see the cluster's API priority and fairness.",
            e),
        >= 500 when e.UndeclaredFields.Count > 0 => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the resource's definition does not know {string.Join(", ", e.UndeclaredFields)} ({e.Message}).",
            "Update the operator and its CRDs, then execute again.",
            e),
        >= 500 => Unavailable(e, doing, $"the Kubernetes API answered {e.Status} ({e.Message})"),
        _ => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the Kubernetes API rejected the request with {e.Status} ({e.Message}).",
            "Read the field in the message; an admission policy or an old CRD refuses it.",
            e),
    };

    /// <summary>What the request ran into after it was allowed. Webhooks choose the status themselves, so the API server's own words decide; null for anything else.</summary>
    /// <remarks>
    /// Words: apiserver's admission/plugin/webhook/errors, admission/plugin/policy/validating, resourcequota and namespace/lifecycle,
    /// pod-security-admission. A 403 of RBAC has none of them: it says who "cannot" do what.
    /// </remarks>
    private static WorkflowException? OfAdmission(KubernetesException e, string doing)
    {
        bool Says(string words) => e.Message.Contains(words, StringComparison.Ordinal);
        return e.Status switch
        {
            403 when e.Causes.Any(cause => cause.Reason == "NamespaceTerminating") || Says("because it is being terminated") => new NotReadyException(
                Causes.NamespaceTerminating,
                $"While {doing}: the namespace is being deleted ({e.Message}).",
                "None if it goes; a namespace that stays Terminating has a finalizer that nobody serves: see its status.",
                e),
            >= 400 when Says("admission webhook ") && Says(" denied the request") => Refused(e, doing, "an admission webhook"),
            >= 400 when Says("ValidatingAdmissionPolicy ") && Says(" denied request") => Refused(e, doing, "an admission policy"),
            >= 500 when Says("failed calling webhook") => new TransientException(
                Causes.AdmissionUnavailable,
                $"While {doing}: an admission webhook without which nothing is written does not answer ({e.Message}).",
                "None if it passes; else repair the webhook that the message names, or exempt CentralAmp's objects from it.",
                e),
            403 when Says("violates PodSecurity ") => new BlockedException(
                Causes.PodSecurityViolated,
                $"While {doing}: the namespace's pod security standard refuses the pod ({e.Message}).",
                "Exempt namespace central-amp, or give it a level that the pod meets: what CentralAmp runs meets 'restricted'.",
                e),
            403 when Says("exceeded quota") || Says("failed quota") => new BlockedException(
                Causes.NamespaceQuotaExceeded,
                $"While {doing}: a quota of the namespace is exceeded ({e.Message}).",
                "Raise the ResourceQuota that the message names, then execute again.",
                e),
            // The last of the API server's own plugins (LimitRanger and its like): forbidden, and not for want of a right.
            403 when Says(" is forbidden: ") && !Says(" cannot ") && !Says("attempting to grant") => Refused(e, doing, "an admission plugin"),
            _ => null,
        };
    }

    private static BlockedException Refused(KubernetesException e, string doing, string by) => new(
        Causes.AdmissionDenied,
        $"While {doing}: {by} of the cluster refuses it ({e.Message}).",
        "Exempt CentralAmp's objects (label app.kubernetes.io/managed-by=central-amp, namespace central-amp) from what the message names, then execute again.",
        e);

    private static TransientException Unavailable(Exception exception, string doing, string what) => new(
        Causes.KubernetesUnavailable,
        $"While {doing}: {what}.",
        "None if it passes; else see the health of the cluster's control plane.",
        exception);

    /// <summary>Another manager changed the object between every reading and writing of this step.</summary>
    /// <param name="what">The object, as the start of the sentence.</param>
    public static NotReadyException ChangesTooFast(string what) => new(
        Causes.KubernetesConflict, $"{what} changes faster than it can be written.", "None if it passes; else see what keeps changing it.");
}

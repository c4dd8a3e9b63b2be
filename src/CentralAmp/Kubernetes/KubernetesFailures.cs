using CentralAmp.Failures;

namespace CentralAmp.Kubernetes;

/// <summary>Maps error answers of a Kubernetes API to kinds of failures with a cause.</summary>
public static partial class KubernetesFailures
{
    /// <param name="doing">The action, its object and the place: "calling GET /api/v1/nodes of cluster 'x' in 123…/eu-west-1".</param>
    public static WorkflowException Of(KubernetesException e, string doing) => OfAdmission(e, doing) ?? e.Status switch
    {
        // A new entry, association or binding takes effect after seconds: the workflow polls before it asks an operator.
        401 => new NotReadyException(
            Causes.KubernetesUnauthorized,
            $"While {doing}: the cluster does not authenticate CentralAmp ({e.Message}).",
            "Check that the access entry of CentralAmpMember exists. If the role was recreated since, delete the entry. Then execute again.",
            e),
        403 => new NotReadyException(
            Causes.KubernetesForbidden,
            $"While {doing}: the cluster's RBAC does not allow the request ({e.Message}).",
            "Execute again, which restores CentralAmp's RBAC. If the error returns, find out what removes that RBAC.",
            e),
        // Deleted between reading and writing: the next attempt reads again.
        404 => new TransientException(Causes.KubernetesConflict, $"While {doing}: the object does not exist any more ({e.Message}).", "Execute again.", e),
        // KubernetesClient restarts the list before it fails with this.
        410 => new TransientException(
            Causes.KubernetesListExpired, $"While {doing}: the list changes faster than it can be read ({e.Message}).", "None if the error is transient.", e),
        409 when e.IsManagerConflict => new BlockedException(
            Causes.KubernetesConflict,
            $"While {doing}: another manager owns the field ({e.Message}).",
            "Remove the field at its source (Helm values, Git), or leave the object to CentralAmp.",
            e),
        409 => new TransientException(Causes.KubernetesConflict, $"While {doing}: the object changed meanwhile ({e.Message}).", "None if the error is transient.", e),
        408 or 429 => new TransientException(
            Causes.Throttled,
            $"While {doing}: the Kubernetes API asks to retry{(e.RetryAfter is { } wait ? $" in {wait.TotalSeconds:0} s" : " later")} ({e.Message}).",
            "None if the error is transient; else check the cluster's API priority and fairness.",
            e),
        >= 500 when e.UndeclaredFields.Count > 0 => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the resource's definition does not declare {string.Join(", ", e.UndeclaredFields)} ({e.Message}).",
            "Update the operator and its CRDs, then execute again.",
            e),
        >= 500 => Unavailable(e, doing, $"the Kubernetes API answered {e.Status} ({e.Message})"),
        _ => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the Kubernetes API rejected the request with {e.Status} ({e.Message}).",
            "Read the field in the message: an admission policy or an old CRD refuses it.",
            e),
    };

    /// <summary>Maps refusals of admission control; null for other errors. Webhooks choose the status, so the API server's wording decides.</summary>
    /// <remarks>
    /// Sources of the wording: apiserver's admission/plugin/webhook/errors, admission/plugin/policy/validating, resourcequota and
    /// namespace/lifecycle, pod-security-admission. A 403 of RBAC has none of these texts: it contains "cannot".
    /// </remarks>
    private static WorkflowException? OfAdmission(KubernetesException e, string doing)
    {
        bool MessageContains(string text) => e.Message.Contains(text, StringComparison.Ordinal);
        return e.Status switch
        {
            403 when e.Causes.Any(cause => cause.Reason == "NamespaceTerminating") || MessageContains("because it is being terminated") => new NotReadyException(
                Causes.NamespaceTerminating,
                $"While {doing}: the namespace is being deleted ({e.Message}).",
                "None if the deletion completes; a namespace that stays Terminating has a finalizer that no controller handles: see its status.",
                e),
            >= 400 when MessageContains("admission webhook ") && MessageContains(" denied the request") => Refused(e, doing, "an admission webhook"),
            >= 400 when MessageContains("ValidatingAdmissionPolicy ") && MessageContains(" denied request") => Refused(e, doing, "an admission policy"),
            >= 500 when MessageContains("failed calling webhook") => new TransientException(
                Causes.AdmissionUnavailable,
                $"While {doing}: a required admission webhook does not answer ({e.Message}).",
                "None if the error is transient; else repair the webhook that the message names, or exempt CentralAmp's objects from it.",
                e),
            403 when MessageContains("violates PodSecurity ") => new BlockedException(
                Causes.PodSecurityViolated,
                $"While {doing}: the namespace's pod security standard refuses the pod ({e.Message}).",
                "Exempt namespace central-amp, or give it a level that the pod meets: CentralAmp's pods meet 'restricted'.",
                e),
            403 when MessageContains("exceeded quota") || MessageContains("failed quota") => new BlockedException(
                Causes.NamespaceQuotaExceeded,
                $"While {doing}: a quota of the namespace is exceeded ({e.Message}).",
                "Raise the ResourceQuota that the message names, then execute again.",
                e),
            // Other built-in admission plugins (LimitRanger and similar): forbidden, but not by RBAC.
            403 when MessageContains(" is forbidden: ") && !MessageContains(" cannot ") && !MessageContains("attempting to grant") => Refused(e, doing, "an admission plugin"),
            _ => null,
        };
    }

    private static BlockedException Refused(KubernetesException e, string doing, string by) => new(
        Causes.AdmissionDenied,
        $"While {doing}: {by} of the cluster refuses the object ({e.Message}).",
        "Exempt CentralAmp's objects (label app.kubernetes.io/managed-by=central-amp, namespace central-amp) from the policy that the message names, then execute again.",
        e);

    private static TransientException Unavailable(Exception exception, string doing, string what) => new(
        Causes.KubernetesUnavailable,
        $"While {doing}: {what}.",
        "None if the error is transient; else check the health of the cluster's control plane.",
        exception);

    /// <summary>The failure of a step for which another manager changed the object between every read and write.</summary>
    /// <param name="what">The object, as the start of the sentence.</param>
    public static NotReadyException ChangesTooFast(string what) => new(
        Causes.KubernetesConflict, $"{what} changes faster than it can be written.", "None if the error is transient; else find the manager that keeps changing it.");
}

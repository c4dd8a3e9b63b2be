using CentralAmp.Kubernetes;

namespace CentralAmp.Failures;

public static partial class FailureMapping
{
    private static RoadException OfKubernetes(KubernetesException e, string doing) => e.Status switch
    {
        401 => new BlockedException(
            Causes.KubernetesUnauthorized,
            $"While {doing}: the cluster does not know who CentralAmp is ({e.Message}).",
            "See that the access entry of CentralAmpMember exists and the role was not recreated since; delete the entry and execute again.",
            e),
        403 => new BlockedException(
            Causes.KubernetesForbidden,
            $"While {doing}: the cluster's RBAC does not allow it ({e.Message}).",
            "Execute again, which restores CentralAmp's RBAC; see what removes it if it happens again.",
            e),
        // Gone between reading and writing: the next attempt reads again.
        404 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it is not there any more ({e.Message}).", "Execute again.", e),
        409 when e.IsManagerConflict => new BlockedException(
            Causes.KubernetesConflict,
            $"While {doing}: another manager owns the field ({e.Message}).",
            "Remove the field at its source (Helm values, Git), or leave the object to CentralAmp.",
            e),
        409 => new TransientException(Causes.KubernetesConflict, $"While {doing}: it changed meanwhile ({e.Message}).", "None if it passes.", e),
        408 or 429 => new TransientException(
            Causes.Throttled,
            $"While {doing}: the Kubernetes API asks to come back later ({e.Message}).",
            "None if it passes; else see the cluster's API priority and fairness.",
            e),
        >= 500 => new TransientException(
            Causes.KubernetesUnavailable,
            $"While {doing}: the Kubernetes API answered {e.Status} ({e.Message}).",
            "None if it passes; else see the health of the cluster's control plane.",
            e),
        _ => new BlockedException(
            Causes.KubernetesRejected,
            $"While {doing}: the Kubernetes API rejected the request with {e.Status} ({e.Message}).",
            "Read the field in the message; an admission policy or an old CRD refuses it.",
            e),
    };
}

using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Tests.Kubernetes;

public sealed class KubernetesFailuresTests
{
    [Theory]
    [InlineData(401, typeof(NotReadyException), Causes.KubernetesUnauthorized)]
    [InlineData(403, typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(404, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(409, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(410, typeof(TransientException), Causes.KubernetesListExpired)]
    [InlineData(415, typeof(BlockedException), Causes.KubernetesRejected)]
    [InlineData(422, typeof(BlockedException), Causes.KubernetesRejected)]
    [InlineData(429, typeof(TransientException), Causes.Throttled)]
    [InlineData(500, typeof(TransientException), Causes.KubernetesUnavailable)]
    [InlineData(503, typeof(TransientException), Causes.KubernetesUnavailable)]
    public void Every_answer_of_Kubernetes_has_a_kind_and_a_cause(int status, Type kind, string cause)
    {
        var failure = Map(new KubernetesException(status, "", "x", [], null));
        Assert.IsType(kind, failure);
        Assert.Equal(cause, failure.Cause);
        Assert.IsType<KubernetesException>(failure.InnerException);
    }

    // The messages are those of the sources of Kubernetes 1.36 and of common webhooks.
    [Theory]
    [InlineData(403, "configmaps \"central-amp-agent\" is forbidden: unable to create new content in namespace central-amp because it is being terminated", typeof(NotReadyException), Causes.NamespaceTerminating)]
    [InlineData(400, "admission webhook \"validation.gatekeeper.sh\" denied the request: [psp] no", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(403, "admission webhook \"policy.example.com\" denied the request without explanation", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(404, "admission webhook \"policy.example.com\" denied the request: no such team", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(500, "admission webhook \"policy.example.com\" denied the request: boom", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(422, "statefulsets.apps \"a\" is invalid: : ValidatingAdmissionPolicy 'images' with binding 'all' denied request: only our registry", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(500, "Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook: Post \"https://v.svc:443/\": context deadline exceeded", typeof(TransientException), Causes.AdmissionUnavailable)]
    [InlineData(403, "pods \"a-0\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false", typeof(BlockedException), Causes.PodSecurityViolated)]
    [InlineData(403, "configmaps \"a\" is forbidden: exceeded quota: team, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2", typeof(BlockedException), Causes.NamespaceQuotaExceeded)]
    [InlineData(403, "pods \"a\" is forbidden: failed quota: team: must specify limits.cpu for: prometheus", typeof(BlockedException), Causes.NamespaceQuotaExceeded)]
    [InlineData(403, "pods \"a\" is forbidden: maximum memory usage per Container is 64Mi, but limit is 512Mi", typeof(BlockedException), Causes.AdmissionDenied)]
    [InlineData(403, "configmaps \"a\" is forbidden: User \"x\" cannot patch resource \"configmaps\" in API group \"\" in the namespace \"n\"", typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(403, "roles.rbac.authorization.k8s.io \"a\" is forbidden: user \"x\" (groups=[\"g\"]) is attempting to grant RBAC permissions not currently held:", typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(422, "Prometheus.monitoring.coreos.com \"p\" is invalid: spec.remoteWrite[0].url: Required value", typeof(BlockedException), Causes.KubernetesRejected)]
    public void A_refusal_by_admission_is_distinguished_from_a_missing_right(int status, string message, Type kind, string cause)
    {
        var failure = Map(new KubernetesException(status, "", message, [], null));
        Assert.IsType(kind, failure);
        Assert.Equal(cause, failure.Cause);
        Assert.Contains(message, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminating_namespace_is_recognized_by_its_cause_whatever_the_message()
    {
        var failure = Map(new KubernetesException(403, "Forbidden", "no", [new("NamespaceTerminating", "metadata.namespace", "")], null));
        Assert.Equal(Causes.NamespaceTerminating, failure.Cause);
    }

    [Fact]
    public void A_field_of_another_manager_is_distinguished_from_a_stale_version()
    {
        var failure = Map(new KubernetesException(
            409, "Conflict", "Apply failed with 1 conflict", [new("FieldManagerConflict", ".spec.remoteWrite", "conflict with \"helm\"")], null));
        Assert.IsType<BlockedException>(failure);
        Assert.Equal(Causes.KubernetesConflict, failure.Cause);
    }

    private static WorkflowException Map(KubernetesException exception) => KubernetesFailures.Of(exception, "creating role 'r'");
}

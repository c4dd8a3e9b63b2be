using System.Net;
using Amazon.Runtime;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Tests.Failures;

public sealed class FailureMappingTests
{
    private const string User = "User: arn:aws:sts::111111111111:assumed-role/f/i is not authorized to perform: iam:CreateRole on resource: x";

    [Theory]
    [InlineData($"{User} with an explicit deny in a service control policy", Causes.DeniedByServiceControlPolicy)]
    [InlineData($"{User} because no service control policy allows the iam:CreateRole action", Causes.DeniedByServiceControlPolicy)]
    [InlineData($"{User} with an explicit deny in a permissions boundary", Causes.DeniedByPermissionsBoundary)]
    [InlineData($"{User} because no permissions boundary allows the iam:CreateRole action", Causes.DeniedByPermissionsBoundary)]
    [InlineData($"{User} because no identity-based policy allows the iam:CreateRole action", Causes.HubPermissionMissing)]
    [InlineData(User, Causes.HubPermissionMissing)]
    public void Denials_are_told_apart_by_AWSs_own_wording(string message, string cause)
    {
        var failure = Map(Aws("AccessDenied", HttpStatusCode.Forbidden, message));
        Assert.IsType<BlockedException>(failure);
        Assert.Equal(cause, failure.Cause);
        Assert.Contains("creating role 'r'", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_permission_missing_in_the_member_account_is_the_member_templates() =>
        Assert.Equal(Causes.MemberPermissionMissing, Map(Aws("AccessDeniedException", HttpStatusCode.Forbidden, User), CallSide.Member).Cause);

    [Theory]
    [InlineData("Throttling", HttpStatusCode.BadRequest, Causes.Throttled)]
    [InlineData("ThrottlingException", HttpStatusCode.BadRequest, Causes.Throttled)]
    [InlineData("TooManyRequestsException", HttpStatusCode.TooManyRequests, Causes.Throttled)]
    [InlineData("", HttpStatusCode.TooManyRequests, Causes.Throttled)]
    [InlineData("InternalFailure", HttpStatusCode.InternalServerError, Causes.ServiceUnavailable)]
    [InlineData("ServiceUnavailableException", HttpStatusCode.ServiceUnavailable, Causes.ServiceUnavailable)]
    [InlineData("", HttpStatusCode.BadGateway, Causes.ServiceUnavailable)]
    [InlineData("", 0, Causes.ServiceUnavailable)]
    [InlineData("ConcurrentModification", HttpStatusCode.Conflict, Causes.ServiceUnavailable)]
    public void What_passes_by_itself_is_transient(string code, HttpStatusCode status, string cause)
    {
        var failure = Map(Aws(code, status, "x"));
        Assert.IsType<TransientException>(failure);
        Assert.Equal(cause, failure.Cause);
    }

    [Theory]
    [InlineData("LimitExceeded", Causes.QuotaReached)]
    [InlineData("ServiceQuotaExceededException", Causes.QuotaReached)]
    [InlineData("MalformedPolicyDocument", Causes.Unexpected)]
    [InlineData("InvalidClientTokenId", Causes.Unexpected)]
    public void What_needs_a_person_is_blocked(string code, string cause)
    {
        var failure = Map(Aws(code, HttpStatusCode.Conflict, "x"));
        Assert.IsType<BlockedException>(failure);
        Assert.Equal(cause, failure.Cause);
    }

    [Fact]
    public void No_answer_at_all_is_transient()
    {
        Assert.IsType<TransientException>(Map(new HttpRequestException("refused")));
        Assert.IsType<TransientException>(Map(new TaskCanceledException("slow", new TimeoutException())));
        Assert.IsType<TransientException>(Map(new AmazonClientException("no credentials yet")));
    }

    [Fact]
    public void A_cancellation_a_bug_and_a_failure_of_ours_are_not_mapped()
    {
        Assert.False(FailureMapping.TryMap(new OperationCanceledException(), "x", CallSide.Hub, out _));
        Assert.False(FailureMapping.TryMap(new NullReferenceException(), "x", CallSide.Hub, out _));
        Assert.False(FailureMapping.TryMap(new NotReadyException("A", "b", "c"), "x", CallSide.Hub, out _));
    }

    [Theory]
    [InlineData(401, typeof(NotReadyException), Causes.KubernetesUnauthorized)]
    [InlineData(403, typeof(NotReadyException), Causes.KubernetesForbidden)]
    [InlineData(404, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(409, typeof(TransientException), Causes.KubernetesConflict)]
    [InlineData(410, typeof(TransientException), Causes.KubernetesConflict)]
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

    [Fact]
    public void A_field_of_another_manager_is_told_from_a_stale_version()
    {
        var failure = Map(new KubernetesException(
            409, "Conflict", "Apply failed with 1 conflict", [new("FieldManagerConflict", ".spec.remoteWrite", "conflict with \"helm\"")], null));
        Assert.IsType<BlockedException>(failure);
        Assert.Equal(Causes.KubernetesConflict, failure.Cause);
    }

    private static RoadException Map(Exception exception, CallSide side = CallSide.Hub)
    {
        Assert.True(FailureMapping.TryMap(exception, "creating role 'r'", side, out var failure));
        return failure;
    }

    private static AmazonServiceException Aws(string code, HttpStatusCode status, string message) =>
        new(message, ErrorType.Sender, code, "request", status);
}

using System.Net;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Failures;

namespace CentralAmp.Tests.Aws;

public sealed class AwsFailuresTests
{
    private const string User = "User: arn:aws:sts::111111111111:assumed-role/f/i is not authorized to perform: iam:CreateRole on resource: x";

    [Theory]
    [InlineData($"{User} with an explicit deny in a service control policy", Causes.DeniedByServiceControlPolicy)]
    [InlineData($"{User} because no service control policy allows the iam:CreateRole action", Causes.DeniedByServiceControlPolicy)]
    [InlineData($"{User} with an explicit deny in a permissions boundary", Causes.DeniedByPermissionsBoundary)]
    [InlineData($"{User} because no permissions boundary allows the iam:CreateRole action", Causes.DeniedByPermissionsBoundary)]
    [InlineData($"{User} because no identity-based policy allows the iam:CreateRole action", Causes.HubPermissionMissing)]
    [InlineData(User, Causes.HubPermissionMissing)]
    public void Denials_are_distinguished_by_the_wording_of_AWS(string message, string cause)
    {
        var failure = Map(Aws("AccessDenied", HttpStatusCode.Forbidden, message));
        Assert.IsType<BlockedException>(failure);
        Assert.Equal(cause, failure.Cause);
        Assert.Contains("creating role 'r'", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_permission_in_the_member_account_names_the_member_template() =>
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
    public void Errors_that_a_retry_can_solve_are_transient(string code, HttpStatusCode status, string cause)
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
    public void Errors_that_need_an_operator_are_blocked(string code, string cause)
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
    public void A_cancellation_a_bug_and_a_workflow_exception_are_not_mapped()
    {
        Assert.False(AwsFailures.TryMap(new OperationCanceledException(), "x", CallSide.Hub, out _));
        Assert.False(AwsFailures.TryMap(new NullReferenceException(), "x", CallSide.Hub, out _));
        Assert.False(AwsFailures.TryMap(new NotReadyException("A", "b", "c"), "x", CallSide.Hub, out _));
    }

    private static WorkflowException Map(Exception exception, CallSide side = CallSide.Hub)
    {
        Assert.True(AwsFailures.TryMap(exception, "creating role 'r'", side, out var failure));
        return failure;
    }

    private static AmazonServiceException Aws(string code, HttpStatusCode status, string message) =>
        new(message, ErrorType.Sender, code, "request", status);
}

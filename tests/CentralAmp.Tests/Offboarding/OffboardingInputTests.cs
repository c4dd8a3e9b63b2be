using CentralAmp.Failures;
using CentralAmp.Offboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Offboarding;

public sealed class OffboardingInputTests
{
    private const string Arn = "arn:aws:eks:us-east-1:222222222222:cluster/shop";

    [Fact]
    public void The_event_of_a_DeleteCluster_names_its_cluster_without_createdAt() =>
        Assert.Equal(new OffboardingInput(Some.Cluster(), CreatedAt: null, OffboardingReason.Deleted), Read(Executions.Event("DeleteCluster")));

    [Theory]
    [InlineData($$"""{"clusterArn":"{{Arn}}"}""", null, OffboardingReason.Manual)]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":null,"reason":null}""", null, OffboardingReason.Manual)]
    [InlineData("""{"accountId":"222222222222","region":"us-east-1","clusterName":"shop","reason":"Manual"}""", null, OffboardingReason.Manual)]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":1772365800123,"reason":"Swept"}""", 1772365800123, OffboardingReason.Swept)]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":1772365800123,"reason":"OptedOut","AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID":"x"}""", 1772365800123, OffboardingReason.OptedOut)]
    public void An_operator_a_sweep_or_an_onboarding_names_the_cluster_and_the_reason(string input, long? createdAt, OffboardingReason reason) =>
        Assert.Equal(new OffboardingInput(Some.Cluster(), createdAt, reason), Read(input));

    [Theory]
    [InlineData("[]", Causes.InputNotUnderstood, "array")]
    [InlineData("{}", Causes.InputFieldMissing, "clusterArn")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","dryRun":true}""", Causes.InputFieldInvalid, "dryRun")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":"yesterday"}""", Causes.InputFieldInvalid, "createdAt")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":1772365800.123}""", Causes.InputFieldInvalid, "createdAt")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","createdAt":0}""", Causes.InputFieldInvalid, "createdAt")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","reason":"Deleted"}""", Causes.InputFieldInvalid, "Deleted")]
    [InlineData($$"""{"clusterArn":"{{Arn}}","reason":"0"}""", Causes.InputFieldInvalid, "reason")]
    [InlineData("""{"clusterArn":"arn:aws:eks:us-east-1:222222222222:cluster/_shop"}""", Causes.ClusterArnInvalid, "_shop")]
    public void Invalid_input_is_refused_with_the_name_of_the_field(string input, string cause, string mentions)
    {
        var blocked = Assert.Throws<BlockedException>(() => Read(input));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CreateCluster", "", Causes.EventNotSupported)]
    [InlineData("MakeCoffee", "", Causes.EventNotSupported)]
    [InlineData("DeleteCluster", "222222222222", Causes.AccountMismatch)]
    public void An_event_of_another_call_or_account_is_refused(string call, string account, string cause)
    {
        var input = Executions.Event(call);
        // Only the account of the envelope changes; the cluster stays in its account.
        input = account.Length == 0 ? input : input.Replace($"\"account\":\"{account}\"", "\"account\":\"333333333333\"", StringComparison.Ordinal);
        Assert.Equal(cause, Assert.Throws<BlockedException>(() => Read(input)).Cause);
    }

    [Fact]
    public void The_event_of_a_deletion_that_failed_is_refused()
    {
        var input = Executions.Event("DeleteCluster").Replace("\"eventName\"", "\"errorCode\":\"ResourceInUseException\",\"eventName\"", StringComparison.Ordinal);
        Assert.Equal(Causes.CallInEventFailed, Assert.Throws<BlockedException>(() => Read(input)).Cause);
    }

    private static OffboardingInput Read(string input) => OffboardingInput.Read(Some.Json(input));
}

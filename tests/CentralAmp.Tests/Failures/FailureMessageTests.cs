using CentralAmp.Failures;

namespace CentralAmp.Tests.Failures;

public sealed class FailureMessageTests
{
    [Theory]
    [InlineData("BlockedException", FailureKind.Blocked)]
    [InlineData("NotReadyException", FailureKind.NotReady)]
    [InlineData("TransientException", FailureKind.Transient)]
    public void A_failure_is_parsed_from_the_output_of_a_Catch(string error, FailureKind kind)
    {
        var thrown = new BlockedException(Causes.ClusterFailed, "Creation of cluster 'x' failed: it \"broke\".", "Create it\nagain.");
        var cause = $$"""{"errorType":"{{error}}","errorMessage":"{{thrown.Message.Replace("\"", "\\\"", StringComparison.Ordinal)}}","stackTrace":["at …"]}""";
        Assert.Equal(
            new Failure(kind, "ClusterFailed", "Creation of cluster 'x' failed: it \"broke\".", "Create it again."),
            FailureMessage.Parse(error, cause));
    }

    [Fact]
    public void A_sentence_that_is_too_long_keeps_its_beginning_and_says_its_length()
    {
        var text = new string('x', 300_000);
        var thrown = new BlockedException(Causes.ClusterFailed, text, text);
        Assert.Equal(new string('x', 2000) + "… (the first 2000 of 300000 characters)", thrown.Sentence);
        Assert.InRange(thrown.Message.Length, 1, 4200);
        Assert.Equal(thrown.Sentence, Failure.Blocked(Causes.ClusterFailed, text, text).Sentence);
        Assert.InRange(FailureMessage.Parse(null, text).Sentence.Length, 1, 2100);
        Assert.Equal(new string('y', 2000), Sentence.Bound(new string('y', 2000)));
        // Never half of a character.
        Assert.StartsWith(new string('x', 1999) + "…", Sentence.Bound(new string('x', 1999) + "😀😀"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sentence_that_quotes_another_failure_is_parsed_whole()
    {
        var inner = FailureMessage.Format("Throttled", "Slow.", "Wait.");
        var parsed = FailureMessage.Parse("BlockedException", FailureMessage.Format("Unexpected", $"Ended with {inner}", "Look."));
        Assert.Equal($"Ended with {inner}", parsed.Sentence);
        Assert.Equal("Look.", parsed.Remedy);
    }

    [Theory]
    [InlineData("States.Timeout", null)]
    [InlineData("Sandbox.Timedout", """{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 60.00 seconds"}""")]
    [InlineData("Runtime.ExitError", "not JSON")]
    [InlineData("NullReferenceException", """{"errorType":"NullReferenceException","errorMessage":"Object reference"}""")]
    [InlineData("BlockedException", """{"errorMessage":"another format"}""")]
    [InlineData(null, null)]
    public void Another_error_is_unexpected_and_has_a_sentence(string? error, string? cause)
    {
        var parsed = FailureMessage.Parse(error, cause);
        Assert.Equal((FailureKind.Unexpected, Causes.Unexpected), (parsed.Kind, parsed.Cause));
        Assert.Contains(error ?? "without a name", parsed.Sentence, StringComparison.Ordinal);
        Assert.NotEmpty(parsed.Remedy);
    }
}

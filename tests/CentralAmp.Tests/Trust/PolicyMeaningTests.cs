using CentralAmp.Trust;

namespace CentralAmp.Tests.Trust;

public sealed class PolicyMeaningTests
{
    private const string Policy = """
        {"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":{"Federated":"arn:p"},"Action":"sts:AssumeRoleWithWebIdentity",
         "Condition":{"StringEquals":{"x:aud":"sts.amazonaws.com","x:sub":"s"}}}]}
        """;

    [Theory]
    [InlineData("""{"Statement":{"Action":["sts:AssumeRoleWithWebIdentity"],"Condition":{"StringEquals":{"x:sub":["s"],"x:aud":["sts.amazonaws.com"]}},"Principal":{"Federated":["arn:p"]},"Effect":"Allow"},"Version":"2012-10-17"}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:p"},"Action":"STS:assumerolewithwebidentity","Condition":{"StringEquals":{"X:AUD":"sts.amazonaws.com","x:sub":"s"}}}]}""")]
    public void Order_lists_of_one_case_of_actions_and_Sids_make_no_difference(string same) => Assert.True(PolicyMeaning.IsSame(Policy, same));

    [Fact]
    public void Encoding_makes_no_difference() => Assert.True(PolicyMeaning.IsSame(Policy, Uri.EscapeDataString(Policy)));

    [Theory]
    [InlineData("""{"AWS":"123456789012"}""", """{"AWS":["arn:aws:iam::123456789012:root"]}""", true)]
    [InlineData("\"*\"", """{"AWS":"*"}""", true)]
    [InlineData("""{"AWS":"123456789012"}""", """{"AWS":"210987654321"}""", false)]
    [InlineData("""{"AWS":"*"}""", """{"Service":"*"}""", false)]
    public void All_forms_of_a_principal_are_equal(string left, string right, bool same) => Assert.Equal(same, PolicyMeaning.IsSame(With(left), With(right)));

    [Theory]
    [InlineData("StringEquals", "StringLike")]
    [InlineData("\"s\"", "\"*\"")]
    [InlineData("\"s\"", "[\"s\",\"t\"]")]
    [InlineData("Allow", "Deny")]
    [InlineData("arn:p", "arn:q")]
    [InlineData("2012-10-17", "2008-10-17")]
    [InlineData("x:aud", "y:aud")]
    [InlineData("""}}}]""", """}}},{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]""")]
    public void A_real_difference_is_detected(string what, string instead) =>
        Assert.False(PolicyMeaning.IsSame(Policy, Policy.Replace(what, instead, StringComparison.Ordinal)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no policy")]
    [InlineData("[]")]
    [InlineData("%7Bbroken")]
    public void Texts_that_are_no_policy_equal_no_document(string? document)
    {
        Assert.False(PolicyMeaning.IsSame(Policy, document));
        Assert.False(PolicyMeaning.IsSame(document, document));
    }

    [Fact]
    public void Malformed_documents_are_compared_without_an_exception()
    {
        Assert.True(PolicyMeaning.IsSame("""{"Statement":["odd"]}""", """{"Statement":"odd"}"""));
        Assert.False(PolicyMeaning.IsSame("""{"Statement":[{"Condition":"odd"}]}""", """{"Statement":[{"Condition":{}}]}"""));
        Assert.False(PolicyMeaning.IsSame("""{"Statement":[{"Resource":1}]}""", """{"Statement":[{"Resource":null}]}"""));
    }

    private static string With(string principal) =>
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":""" + principal + "}}";
}

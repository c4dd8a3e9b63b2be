using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class PolicyEvaluatorTests
{
    private const string Role = "arn:aws:iam::111111111111:role/central-amp/functions/ensure-trust";
    private const string Ingest = "arn:aws:iam::111111111111:role/central-amp/central-amp-c1-0a1b2c3d";

    private static readonly PolicyDocument Everything = Policy("""{"Effect": "Allow", "Action": "*", "Resource": "*"}""");

    [Fact]
    public void Nothing_is_allowed_by_default() =>
        Assert.Equal(DenialKind.NoIdentityPolicyAllows, Evaluate([], Ask("iam:CreateRole", Ingest)));

    [Theory]
    [InlineData("iam:CreateRole", true)]
    [InlineData("IAM:createrole", true)]
    [InlineData("iam:Create*", true)]
    [InlineData("iam:*", true)]
    [InlineData("*", true)]
    [InlineData("iam:CreateRol?", true)]
    [InlineData("iam:GetRole", false)]
    [InlineData("iam:CreateRoles", false)]
    public void Actions_match_without_regard_to_case_and_with_wildcards(string pattern, bool allowed) =>
        AssertAllowed(allowed, Policy($$"""{"Effect": "Allow", "Action": "{{pattern}}", "Resource": "*"}"""), Ask("iam:CreateRole", Ingest));

    [Theory]
    [InlineData("arn:aws:iam::111111111111:role/central-amp/*", true)]
    [InlineData("arn:aws:iam::*:role/central-amp/central-amp-c1-????????", true)]
    [InlineData("arn:aws:iam::222222222222:role/central-amp/*", false)]
    [InlineData("arn:aws:iam::111111111111:role/Central-Amp/*", false)]
    [InlineData("arn:aws:*:role/central-amp/*", false)]
    public void Resources_match_part_by_part(string pattern, bool allowed) =>
        AssertAllowed(allowed, Policy($$"""{"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "{{pattern}}"}"""), Ask("iam:CreateRole", Ingest));

    [Fact]
    public void NotAction_and_NotResource_mean_everything_else()
    {
        var policy = Policy("""{"Effect": "Allow", "NotAction": "iam:Delete*", "NotResource": "arn:aws:iam::111111111111:role/admin"}""");

        AssertAllowed(true, policy, Ask("iam:CreateRole", Ingest));
        AssertAllowed(false, policy, Ask("iam:DeleteRole", Ingest));
        AssertAllowed(false, policy, Ask("iam:CreateRole", "arn:aws:iam::111111111111:role/admin"));
    }

    [Fact]
    public void An_explicit_deny_wins_over_every_allow()
    {
        var deny = Policy("""{"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}""");
        var ask = Ask("iam:CreateRole", Ingest);

        Assert.Equal(DenialKind.IdentityPolicyDenies, Evaluate([Everything, deny], ask));
        Assert.Equal(DenialKind.BoundaryDenies, Evaluate([Everything], ask, boundary: deny));
        Assert.Equal(DenialKind.ServiceControlPolicyDenies, Evaluate([Everything], ask, control: [Everything, deny]));
    }

    [Fact]
    public void A_boundary_limits_and_never_grants()
    {
        var ask = Ask("aps:RemoteWrite", "arn:aws:aps:us-east-1:111111111111:workspace/ws-1");
        var onlyIam = Policy("""{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}""");

        Assert.Equal(DenialKind.NoBoundaryAllows, Evaluate([Everything], ask, boundary: onlyIam));
        Assert.Equal(DenialKind.NoIdentityPolicyAllows, Evaluate([onlyIam], ask, boundary: Everything));
        Assert.Equal(DenialKind.None, Evaluate([Everything], ask, boundary: Everything));
    }

    [Fact]
    public void A_service_control_policy_must_allow_too()
    {
        var onlyIam = Policy("""{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}""");

        Assert.Equal(DenialKind.NoServiceControlPolicyAllows, Evaluate([Everything], Ask("eks:DescribeCluster", "*"), control: [onlyIam]));
    }

    [Fact]
    public void A_boundary_that_was_asked_for_by_condition_must_be_named()
    {
        var policy = Policy("""
            {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*",
             "Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/boundary"}}}
            """);

        AssertAllowed(true, policy, Ask("iam:CreateRole", Ingest, ("iam:PermissionsBoundary", "arn:aws:iam::111111111111:policy/boundary")));
        AssertAllowed(false, policy, Ask("iam:CreateRole", Ingest, ("iam:PermissionsBoundary", "arn:aws:iam::111111111111:policy/other")));
        AssertAllowed(false, policy, Ask("iam:CreateRole", Ingest));
    }

    [Theory]
    [InlineData("StringEquals", "team-a", true)]
    [InlineData("StringEquals", "Team-A", false)]
    [InlineData("StringEqualsIgnoreCase", "Team-A", true)]
    [InlineData("StringLike", "team-*", true)]
    [InlineData("StringNotEquals", "team-a", false)]
    [InlineData("StringNotEquals", "team-b", true)]
    [InlineData("StringNotLike", "team-*", false)]
    public void Strings_are_compared_as_the_operator_says(string op, string expected, bool holds) =>
        Assert.Equal(holds, Hold($$$"""{"{{{op}}}": {"aws:RequestTag/team": "{{{expected}}}"}}""", ("aws:RequestTag/team", "team-a")));

    [Theory]
    [InlineData("StringEquals", false)]
    [InlineData("StringEqualsIfExists", true)]
    [InlineData("StringNotEquals", true)]
    [InlineData("ArnLike", false)]
    [InlineData("Bool", false)]
    [InlineData("ForAllValues:StringEquals", true)]
    [InlineData("ForAnyValue:StringEquals", false)]
    [InlineData("ForAnyValue:StringNotEquals", false)]
    public void A_missing_key_holds_only_where_AWS_says_so(string op, bool holds) =>
        Assert.Equal(holds, Hold($$$"""{"{{{op}}}": {"aws:RequestTag/team": "a"}}"""));

    [Fact]
    public void Null_asks_whether_a_key_is_there()
    {
        Assert.True(Hold("""{"Null": {"aws:RequestTag/team": "true"}}"""));
        Assert.True(Hold("""{"Null": {"aws:RequestTag/team": false}}""", ("aws:RequestTag/team", "a")));
        Assert.False(Hold("""{"Null": {"aws:RequestTag/team": "false"}}"""));
    }

    [Fact]
    public void Sets_are_compared_with_ForAllValues_and_ForAnyValue()
    {
        var context = RequestContext.Empty.With("aws:TagKeys", (string[])["central-amp:issuer", "owner"]);

        Assert.False(Hold("""{"ForAllValues:StringLike": {"aws:TagKeys": "central-amp:*"}}""", context));
        Assert.True(Hold("""{"ForAnyValue:StringLike": {"aws:TagKeys": "central-amp:*"}}""", context));
        Assert.True(Hold("""{"ForAllValues:StringLike": {"aws:TagKeys": ["central-amp:*", "owner"]}}""", context));
    }

    [Theory]
    [InlineData("arn:aws:iam::111111111111:role/central-amp/functions/*", true)]
    [InlineData("arn:aws:iam::111111111111:role/central-amp/*", true)]
    [InlineData("arn:aws:iam::*:role/central-amp/functions/ensure-trust", true)]
    [InlineData("arn:aws:iam::1*:ensure-trust", false)]
    [InlineData("arn:aws:iam::222222222222:role/central-amp/functions/*", false)]
    public void Arns_are_compared_part_by_part_in_conditions_too(string pattern, bool holds)
    {
        Assert.Equal(holds, Hold($$$"""{"ArnLike": {"aws:PrincipalArn": "{{{pattern}}}"}}""", ("aws:PrincipalArn", Role)));
        Assert.Equal(holds, Hold($$$"""{"ArnEquals": {"aws:PrincipalArn": "{{{pattern}}}"}}""", ("aws:PrincipalArn", Role)));
        Assert.Equal(!holds, Hold($$$"""{"ArnNotLike": {"aws:PrincipalArn": "{{{pattern}}}"}}""", ("aws:PrincipalArn", Role)));
    }

    [Fact]
    public void All_conditions_must_hold_and_any_of_their_values()
    {
        const string conditions = """{"StringEquals": {"a": ["1", "2"], "b": "3"}, "Bool": {"aws:SecureTransport": true}}""";

        Assert.True(Hold(conditions, ("a", "2"), ("b", "3"), ("aws:SecureTransport", "true")));
        Assert.False(Hold(conditions, ("a", "2"), ("b", "4"), ("aws:SecureTransport", "true")));
        Assert.False(Hold(conditions, ("a", "2"), ("b", "3"), ("aws:SecureTransport", "false")));
    }

    [Fact]
    public void Policy_variables_are_filled_from_the_request_and_never_match_when_they_are_missing()
    {
        var policy = Policy("""{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::${aws:PrincipalAccount}:role/x"}""");
        var request = Ask("iam:GetRole", "arn:aws:iam::111111111111:role/x", ("aws:PrincipalAccount", "111111111111"));

        AssertAllowed(true, policy, request);
        AssertAllowed(false, policy, request with { Context = RequestContext.Empty });
    }

    [Fact]
    public void An_operator_that_is_not_known_is_an_error_and_no_allowance() =>
        Assert.Throws<NotSupportedException>(() => Hold("""{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}""", ("aws:SourceIp", "10.0.0.1")));

    [Theory]
    [InlineData("""{"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": "*"}""")]
    [InlineData("""{"Effect": "allow", "Action": "*", "Resource": "*"}""")]
    [InlineData("""{"Effect": "Allow", "Action": {"a": 1}, "Resource": "*"}""")]
    [InlineData("""{"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}}""")]
    public void A_policy_that_is_not_understood_is_not_read(string statement) =>
        Assert.Throws<FormatException>(() => Policy(statement));

    [Fact]
    public void A_trust_policy_admits_the_named_principal_under_its_conditions()
    {
        const string provider = "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A";
        const string issuer = "oidc.eks.us-east-1.amazonaws.com/id/A";
        var trust = Policy($$$"""
            {"Effect": "Allow", "Principal": {"Federated": "{{{provider}}}"}, "Action": "sts:AssumeRoleWithWebIdentity",
             "Condition": {"StringEquals": {"{{{issuer}}}:aud": "sts.amazonaws.com", "{{{issuer}}}:sub": "system:serviceaccount:monitoring:prometheus"} } }
            """);
        var ask = Ask("sts:AssumeRoleWithWebIdentity", Ingest, ($"{issuer}:aud", "sts.amazonaws.com"), ($"{issuer}:sub", "system:serviceaccount:monitoring:prometheus"));

        Assert.Equal(DenialKind.None, PolicyEvaluator.EvaluateResourcePolicy(trust, new CallerNames("Federated", [provider]), ask));
        Assert.Equal(DenialKind.NoResourcePolicyAllows, PolicyEvaluator.EvaluateResourcePolicy(trust, new CallerNames("Federated", [provider + "B"]), ask));
        Assert.Equal(DenialKind.NoResourcePolicyAllows, PolicyEvaluator.EvaluateResourcePolicy(trust, new CallerNames("AWS", [provider]), ask));
        Assert.Equal(DenialKind.NoResourcePolicyAllows, PolicyEvaluator.EvaluateResourcePolicy(
            trust, new CallerNames("Federated", [provider]), ask with { Context = ask.Context.With($"{issuer}:sub", "system:serviceaccount:default:other") }));
    }

    [Fact]
    public void A_resource_policy_denies_before_it_allows()
    {
        var policy = Policy(
            """{"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}""",
            """{"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "events:*", "Resource": "*"}""");
        var ask = Ask("events:PutEvents", "arn:aws:events:us-east-1:111111111111:event-bus/b");

        Assert.Equal(DenialKind.None, PolicyEvaluator.EvaluateResourcePolicy(policy, new CallerNames("AWS", ["arn:aws:iam::333333333333:root"]), ask));
        Assert.Equal(DenialKind.ResourcePolicyDenies, PolicyEvaluator.EvaluateResourcePolicy(policy, new CallerNames("AWS", ["arn:aws:iam::222222222222:root"]), ask));
    }

    [Theory]
    [InlineData(DenialKind.NoIdentityPolicyAllows, "because no identity-based policy allows the iam:CreateRole action")]
    [InlineData(DenialKind.NoBoundaryAllows, "because no permissions boundary allows the iam:CreateRole action")]
    [InlineData(DenialKind.ServiceControlPolicyDenies, "with an explicit deny in a service control policy")]
    [InlineData(DenialKind.IdentityPolicyDenies, "with an explicit deny in an identity-based policy")]
    public void A_denial_has_the_message_of_AWS(DenialKind denial, string reason) =>
        Assert.Equal($"User: me is not authorized to perform: iam:CreateRole on resource: {Ingest} {reason}", PolicyEvaluator.Describe(denial, "me", Ask("iam:CreateRole", Ingest)));

    private static void AssertAllowed(bool allowed, PolicyDocument policy, RequestedAction request) =>
        Assert.Equal(allowed ? DenialKind.None : DenialKind.NoIdentityPolicyAllows, Evaluate([policy], request));

    private static DenialKind Evaluate(
        IReadOnlyList<PolicyDocument> identity, RequestedAction request, PolicyDocument? boundary = null, IReadOnlyList<PolicyDocument>? control = null) =>
        PolicyEvaluator.Evaluate(new CallerPolicies(identity, boundary, control), request);

    private static bool Hold(string conditions, params (string Key, string Value)[] context) => Hold(conditions, Context(context));

    private static bool Hold(string conditions, RequestContext context) => Conditions.Hold(
        Policy($$$"""{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{{conditions}}}}""").Statements[0].Conditions, context);

    private static RequestedAction Ask(string action, string resource, params (string Key, string Value)[] context) => new(action, resource, Context(context));

    private static RequestContext Context((string Key, string Value)[] keys) => keys.Aggregate(RequestContext.Empty, (context, key) => context.With(key.Key, key.Value));

    private static PolicyDocument Policy(params string[] statements) =>
        PolicyDocument.Parse($$"""{"Version": "2012-10-17", "Statement": [{{string.Join(',', statements)}}]}""");
}

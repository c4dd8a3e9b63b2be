using System.Text.RegularExpressions;
using CentralAmp.Clusters;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests;

/// <summary>The policies of both templates and the code have the same hosts of EKS's issuers, in every partition.</summary>
public sealed class IssuerHostTests
{
    private const string Provider = "oidc-provider/";

    private static readonly (string Partition, string Region, string UrlSuffix)[] Partitions =
    [
        ("aws", "us-east-1", "amazonaws.com"),
        ("aws-cn", "cn-north-1", "amazonaws.com.cn"),
        ("aws-eusc", "eusc-de-east-1", "amazonaws.eu"),
        ("aws-iso", "us-iso-east-1", "c2s.ic.gov"),
        ("aws-iso-b", "us-isob-east-1", "sc2s.sgov.gov"),
        ("aws-iso-e", "eu-isoe-west-1", "cloud.adc-e.uk"),
        ("aws-iso-f", "us-isof-south-1", "csp.hci.ic.gov"),
        ("aws-us-gov", "us-gov-west-1", "amazonaws.com"),
    ];

    public static TheoryData<string> Templates => [.. Template.OfOnboarding.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void An_issuer_of_EKS_can_be_registered_in_every_partition_and_the_code_takes_it(string template)
    {
        Assert.Equal(Partitions.Select(item => item.Partition), DualStack(template).Keys.Order(StringComparer.Ordinal));
        foreach (var (partition, region, suffix) in Partitions)
        {
            foreach (var host in (string[])[$"oidc.eks.{region}.{suffix}", $"oidc-eks.{region}.{DualStack(template)[partition]}"])
            {
                var name = $"{host}/id/0123456789ABCDEF0123456789ABCDEF";
                Assert.True(IsAllowed(template, partition, suffix, name), $"{partition}: {name}");
                Assert.True(IssuerHosts.IsIssuer($"https://{name}", partition, region), $"{partition}: {name}");
                Assert.True(IssuerHosts.IsProviderName(name), $"{partition}: {name}");
            }
        }
    }

    /// <summary>A star in a policy stands for dots and slashes, too.</summary>
    [Theory]
    [InlineData("issuer.example.org/id/1")]
    [InlineData("oidc.eks.example.org/id/1")]
    [InlineData("oidc.eks.example.org/a.amazonaws.com/id/1")]
    [InlineData("oidc.eks.dev/a.amazonaws.com/id/1")]
    [InlineData("oidc.eks.bucket.s3.us-east-1.amazonaws.com/id/1")]
    [InlineData("oidc-eks.example.org/a.api.aws/id/1")]
    [InlineData("oidc-eks.dev/a.api.aws/id/1")]
    [InlineData("oidc-eks.us-east-1.lambda.api.aws/id/1")]
    [InlineData("token.actions.githubusercontent.com")]
    public void An_issuer_of_another_host_cannot_be_registered_and_the_code_refuses_it(string name)
    {
        Assert.All(Template.OfOnboarding, template => Assert.False(IsAllowed(template.Name, "aws", "amazonaws.com", name)));
        Assert.False(IssuerHosts.IsIssuer($"https://{name}", "aws", "us-east-1"));
        Assert.False(IssuerHosts.IsProviderName(name));
    }

    [Theory]
    [InlineData("http://oidc.eks.us-east-1.amazonaws.com/id/1")]
    [InlineData("https://oidc.eks.eu-west-1.amazonaws.com/id/1")]
    [InlineData("https://oidc.eks.us-east-1.amazonaws.com:8443/id/1")]
    [InlineData("https://user@oidc.eks.us-east-1.amazonaws.com/id/1")]
    [InlineData("https://oidc.eks.us-east-1.amazonaws.com/id/1?a=b")]
    [InlineData("https://oidc.eks.us-east-1.amazonaws.com/id/")]
    [InlineData("https://oidc.eks.us-east-1.amazonaws.com/id/1/2")]
    [InlineData("")]
    [InlineData(null)]
    public void The_code_refuses_an_issuer_that_EKS_cannot_have_given_to_a_cluster_of_the_region(string? issuer) =>
        Assert.False(IssuerHosts.IsIssuer(issuer, "aws", "us-east-1"));

    private static bool IsAllowed(string template, string partition, string suffix, string name)
    {
        // Those of roles and functions; the boundaries name the hosts in short.
        var registering = Named(template).Statements.Where(s => !s.Resource.EndsWith("Boundary", StringComparison.Ordinal) && Template.Texts(Template.Child(s.Statement, "Action")).Contains("iam:CreateOpenIDConnectProvider")).ToList();
        Assert.Equal(["Allow", "Deny"], registering.Select(s => Template.Text(s.Statement, "Effect")!));
        return Matches(registering[0].Statement) && !Matches(registering[1].Statement);

        bool Matches(YamlMappingNode statement) => Template.Descendants(Template.Child(statement, "Resource")!)
            .Select(d => (d.Value as YamlScalarNode)?.Value)
            .OfType<string>()
            .Where(text => text.Contains(Provider, StringComparison.Ordinal))
            .Select(text => text.Split(Provider)[1].Replace("${AWS::URLSuffix}", suffix, StringComparison.Ordinal).Replace("${DualStackSuffix}", DualStack(template)[partition], StringComparison.Ordinal))
            .Any(pattern => Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$"));
    }

    private static Dictionary<string, string> DualStack(string template) => Template.Entries(Template.Map(Template.Map(Named(template).Root, "Mappings")!, "Partitions")!)
        .ToDictionary(partition => partition.Key, partition => Template.Text(partition.Value, "DualStackSuffix")!);

    private static Template Named(string name) => Template.OfOnboarding.Single(t => t.Name == name);
}

using Amazon;
using Amazon.EKS;
using Amazon.EKS.Model;
using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using Amazon.Organizations;
using Amazon.Organizations.Model;
using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;

namespace AwsPackages.Tests.Endpoints;

/// <summary>Endpoints against a table made by another interpreter of AWS's rule sets, for every kind of partition.</summary>
public sealed class EndpointTests
{
    public static TheoryData<string, string, string, string, string> Table
    {
        get
        {
            var rows = new TheoryData<string, string, string, string, string>();
            foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Endpoints", "endpoints.tsv")).Where(line => !line.StartsWith('#')))
            {
                var cells = line.Split('\t');
                rows.Add(cells[0], cells[1], cells[2], cells[3], cells[4]);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Endpoint_and_signing_region_are_those_of_the_rule_set(string service, string region, string variant, string url, string signingRegion)
    {
        var endpoint = Resolve(service, config =>
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            config.UseFIPSEndpoint = variant.Contains('F', StringComparison.Ordinal);
            config.UseDualstackEndpoint = variant.Contains('D', StringComparison.Ordinal);
        });

        Assert.Equal(url, endpoint.URL.TrimEnd('/'));
        Assert.Equal(signingRegion, SigningRegion(endpoint) ?? "-");
    }

    [Theory]
    [InlineData("iam")]
    [InlineData("eks")]
    [InlineData("amp")]
    [InlineData("organizations")]
    [InlineData("stepfunctions")]
    public void A_custom_url_wins_and_excludes_variants(string service)
    {
        Assert.Equal("http://127.0.0.1:5000/", Resolve(service, config => config.ServiceURL = "http://127.0.0.1:5000").URL);
        Assert.Throws<AmazonClientException>(() => Resolve(service, config =>
        {
            config.ServiceURL = "http://127.0.0.1:5000";
            config.UseFIPSEndpoint = true;
        }));
    }

    private static Endpoint Resolve(string service, Action<ClientConfig> configure)
    {
        var credentials = new AnonymousAWSCredentials();
        switch (service)
        {
            case "iam":
                using (var client = new AmazonIdentityManagementServiceClient(credentials, Configured<AmazonIdentityManagementServiceConfig>(configure)))
                {
                    return client.DetermineServiceOperationEndpoint(new GetRoleRequest());
                }

            case "eks":
                using (var client = new AmazonEKSClient(credentials, Configured<AmazonEKSConfig>(configure)))
                {
                    return client.DetermineServiceOperationEndpoint(new DescribeClusterRequest());
                }

            case "amp":
                using (var client = new AmazonPrometheusServiceClient(credentials, Configured<AmazonPrometheusServiceConfig>(configure)))
                {
                    return client.DetermineServiceOperationEndpoint(new DescribeWorkspaceRequest());
                }

            case "organizations":
                using (var client = new AmazonOrganizationsClient(credentials, Configured<AmazonOrganizationsConfig>(configure)))
                {
                    return client.DetermineServiceOperationEndpoint(new ListAccountsRequest());
                }

            default:
                using (var client = new AmazonStepFunctionsClient(credentials, Configured<AmazonStepFunctionsConfig>(configure)))
                {
                    return client.DetermineServiceOperationEndpoint(new StartExecutionRequest());
                }
        }
    }

    private static T Configured<T>(Action<ClientConfig> configure)
        where T : ClientConfig, new()
    {
        var config = new T();
        configure(config);
        return config;
    }

    private static string? SigningRegion(Endpoint endpoint) =>
        endpoint.Attributes?["authSchemes"] is System.Collections.IList { Count: > 0 } schemes && schemes[0] is Amazon.Runtime.Endpoints.IPropertyBag scheme
            ? scheme["signingRegion"] as string
            : null;
}

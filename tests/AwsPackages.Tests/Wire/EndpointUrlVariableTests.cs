using Amazon;
using Amazon.EKS;
using Amazon.EKS.Model;
using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using Amazon.Runtime;

namespace AwsPackages.Tests.Wire;

/// <summary>Environment variables belong to the whole process, so nothing else runs beside these.</summary>
[CollectionDefinition(nameof(EnvironmentOfTheProcess), DisableParallelization = true)]
public sealed class EnvironmentOfTheProcess;

[Collection(nameof(EnvironmentOfTheProcess))]
public sealed class EndpointUrlVariableTests
{
    [Fact]
    public void The_endpoint_url_variable_redirects_and_that_of_the_service_goes_first()
    {
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", "http://127.0.0.1:4000");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_EKS", "http://127.0.0.1:4001");
        try
        {
            using var eks = new AmazonEKSClient(new AnonymousAWSCredentials(), RegionEndpoint.EUWest1);
            using var iam = new AmazonIdentityManagementServiceClient(new AnonymousAWSCredentials(), RegionEndpoint.EUWest1);
            Assert.Equal("http://127.0.0.1:4001/", eks.DetermineServiceOperationEndpoint(new DescribeClusterRequest()).URL);
            Assert.Equal("http://127.0.0.1:4000/", iam.DetermineServiceOperationEndpoint(new GetRoleRequest()).URL);
        }
        finally
        {
            Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", null);
            Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_EKS", null);
        }
    }
}

using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Failures;

namespace CentralAmp.Tests.Support;

/// <summary>STS that issues sessions of one hour. All calls but AssumeRole fail.</summary>
public sealed class FakeSts(TimeProvider time) : AmazonSecurityTokenServiceClient(
    new AnonymousAWSCredentials(), new AmazonSecurityTokenServiceConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 })
{
    public List<(string RoleArn, string Session)> Assumed { get; } = [];

    public Exception? Failure { get; set; }

    public override Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, CancellationToken cancellationToken = default)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Assumed.Add((request.RoleArn, request.RoleSessionName));
        return Task.FromResult(new AssumeRoleResponse
        {
            Credentials = new Credentials($"ASIA{Assumed.Count}", "secret", "token", time.GetUtcNow().AddHours(1).UtcDateTime),
        });
    }
}

using Amazon.IdentityManagement;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>What one attacker tries, each with one line: refused, or without effect.</summary>
internal sealed class Attempts(ScenarioContext context, string attacker)
{
    private static readonly string[] Denials = ["AccessDenied", "AccessDeniedException", "NotAuthorizedForSourceException"];

    /// <summary>An attempt that another error ends was not refused: it was malformed, so it would prove nothing.</summary>
    public async Task RefusedAsync(string what, Func<Task> attempt)
    {
        var found = "it succeeded";
        try
        {
            await attempt();
        }
        catch (AmazonServiceException e)
        {
            found = $"{e.ErrorCode}: {e.Message}";
        }
        catch (AwsException e)
        {
            found = $"{e.Code}: {e.Message}";
        }

        context.Check($"{attacker}: {what}: denied", Denials.Any(code => found.StartsWith($"{code}:", StringComparison.Ordinal)), found);
    }

    /// <summary>An attempt at an HTTP API that answers with a status.</summary>
    public async Task ForbiddenAsync(string what, Func<Task<int>> attempt)
    {
        var status = await attempt();
        context.Check($"{attacker}: {what}: forbidden", status == 403, status);
    }

    public void WithoutEffect(string what, bool isSo, object? found = null) => context.Check($"{attacker}: {what}: without effect", isSo, found);

    /// <summary>Allowed to the attacker in his own place; if it failed, what follows would prove nothing.</summary>
    public void Done(string what, bool isSo, object? found = null) => context.Check($"{attacker}: {what}: done", isSo, found);

    public AmazonIdentityManagementServiceClient Iam(AccessKey key) =>
        new(Of(key), Configured(new AmazonIdentityManagementServiceConfig()));

    public async Task<AccessKey> AssumeAsync(AccessKey key, string roleArn, CancellationToken cancellationToken)
    {
        using var sts = new AmazonSecurityTokenServiceClient(Of(key), Configured(new AmazonSecurityTokenServiceConfig()));
        var credentials = (await sts.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = "attacker" }, cancellationToken)).Credentials;
        return new AccessKey(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken, DateTimeOffset.MaxValue, new Caller("", "", ""));
    }

    private static AWSCredentials Of(AccessKey key) =>
        key.Token is null ? new BasicAWSCredentials(key.Id, key.Secret) : new SessionAWSCredentials(key.Id, key.Secret, key.Token);

    private T Configured<T>(T configuration)
        where T : ClientConfig
    {
        configuration.ServiceURL = context.Aws.Endpoint.ToString();
        configuration.AuthenticationRegion = TwinAccounts.HomeRegion;
        configuration.MaxErrorRetry = 0;
        return configuration;
    }
}

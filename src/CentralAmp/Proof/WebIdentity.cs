using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Aws;

namespace CentralAmp.Proof;

/// <summary>The calls to STS that the collector's SDK makes.</summary>
public interface IWebIdentity
{
    /// <summary>AssumeRoleWithWebIdentity: without credentials, with a token.</summary>
    /// <param name="region">The cluster's region: its pods call the regional endpoint.</param>
    Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken);

    /// <summary>AssumeRole of the ingest role with the credentials of the collector role, in chained trust.</summary>
    Task<WebIdentityAnswer> ChainAsync(string roleArn, ImmutableCredentials collector, string region, CancellationToken cancellationToken);
}

/// <summary>Credentials, or the code and message of the denial.</summary>
/// <param name="Credentials">Null when denied.</param>
public sealed record WebIdentityAnswer(ImmutableCredentials? Credentials, string Code = "", string Message = "");

/// <summary>AssumeRoleWithWebIdentity, and in chained trust AssumeRole, at the regional endpoints.</summary>
/// <param name="clientFor">Client without credentials for a region.</param>
/// <param name="chainedClientFor">Client with the collector's credentials for a region; disposed after use.</param>
public sealed class StsWebIdentity(
    Func<string, IAmazonSecurityTokenService> clientFor, Func<ImmutableCredentials, string, IAmazonSecurityTokenService> chainedClientFor) : IWebIdentity
{
    private const string Session = "central-amp-proof";

    /// <summary>The minimum of STS: one request follows.</summary>
    private const int Seconds = 900;

    // AccessDenied: the trust policy does not match. InvalidIdentityToken: no provider, its audience, or the token itself. IDPRejectedClaim: the provider refuses.
    private static readonly string[] Denials = ["AccessDenied", "AccessDeniedException", "InvalidIdentityToken", "IDPRejectedClaim"];

    public Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken) => AnswerAsync(
        $"assuming {roleArn} with the collector's token",
        async () =>
        {
            var answer = await clientFor(region).AssumeRoleWithWebIdentityAsync(
                new AssumeRoleWithWebIdentityRequest { RoleArn = roleArn, RoleSessionName = Session, WebIdentityToken = token, DurationSeconds = Seconds },
                cancellationToken);
            return answer.Credentials;
        });

    public Task<WebIdentityAnswer> ChainAsync(string roleArn, ImmutableCredentials collector, string region, CancellationToken cancellationToken) => AnswerAsync(
        $"assuming {roleArn} as the collector role",
        async () =>
        {
            using var client = chainedClientFor(collector, region);
            var answer = await client.AssumeRoleAsync(
                new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = Session, DurationSeconds = Seconds }, cancellationToken);
            return answer.Credentials;
        });

    private static async Task<WebIdentityAnswer> AnswerAsync(string doing, Func<Task<Credentials>> ask)
    {
        try
        {
            var credentials = await ask();
            return new WebIdentityAnswer(new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken));
        }
        catch (AmazonServiceException e) when (Denials.Contains(e.ErrorCode))
        {
            return new WebIdentityAnswer(null, e.ErrorCode, e.Message);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }
}

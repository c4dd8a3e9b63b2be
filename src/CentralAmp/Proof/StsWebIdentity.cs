using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Failures;

namespace CentralAmp.Proof;

/// <summary>AssumeRoleWithWebIdentity at the regional endpoint.</summary>
/// <param name="clientFor">Client without credentials for a region.</param>
public sealed class StsWebIdentity(Func<string, IAmazonSecurityTokenService> clientFor) : IWebIdentity
{
    private const string Session = "central-amp-proof";

    // AccessDenied: the trust policy does not match. InvalidIdentityToken: no provider, its audience, or the token itself. IDPRejectedClaim: the provider refuses.
    private static readonly string[] Denials = ["AccessDenied", "AccessDeniedException", "InvalidIdentityToken", "IDPRejectedClaim"];

    public async Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await clientFor(region).AssumeRoleWithWebIdentityAsync(
                new AssumeRoleWithWebIdentityRequest
                {
                    RoleArn = roleArn,
                    RoleSessionName = Session,
                    WebIdentityToken = token,
                    // The shortest there is: one request follows.
                    DurationSeconds = 900,
                },
                cancellationToken);
            return new WebIdentityAnswer(
                new ImmutableCredentials(answer.Credentials.AccessKeyId, answer.Credentials.SecretAccessKey, answer.Credentials.SessionToken));
        }
        catch (AmazonServiceException e) when (Denials.Contains(e.ErrorCode))
        {
            return new WebIdentityAnswer(null, e.ErrorCode, e.Message);
        }
        catch (Exception e) when (FailureMapping.TryMap(e, $"assuming {roleArn} with the collector's token", CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }
}

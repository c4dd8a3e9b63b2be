using Amazon.Runtime;

namespace CentralAmp.Proof;

/// <summary>STS as the collector's SDK asks it: without credentials, with a token.</summary>
public interface IWebIdentity
{
    /// <param name="region">The cluster's: its pods ask the regional endpoint.</param>
    Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken);
}

/// <summary>Credentials, or STS's word for the denial.</summary>
/// <param name="Credentials">Null when denied.</param>
public sealed record WebIdentityAnswer(ImmutableCredentials? Credentials, string Code = "", string Message = "");

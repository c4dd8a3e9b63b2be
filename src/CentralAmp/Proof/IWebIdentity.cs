using Amazon.Runtime;

namespace CentralAmp.Proof;

/// <summary>STS as the collector's SDK asks it.</summary>
public interface IWebIdentity
{
    /// <summary>Without credentials, with a token.</summary>
    /// <param name="region">The cluster's: its pods ask the regional endpoint.</param>
    Task<WebIdentityAnswer> AssumeAsync(string roleArn, string token, string region, CancellationToken cancellationToken);

    /// <summary>With the credentials of the collector role: the ingest role of chained trust.</summary>
    Task<WebIdentityAnswer> ChainAsync(string roleArn, ImmutableCredentials collector, string region, CancellationToken cancellationToken);
}

/// <summary>Credentials, or STS's word for the denial.</summary>
/// <param name="Credentials">Null when denied.</param>
public sealed record WebIdentityAnswer(ImmutableCredentials? Credentials, string Code = "", string Message = "");

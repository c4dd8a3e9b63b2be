namespace CentralAmp.Twin.Aws;

/// <summary>An error answer of AWS. The gateway renders it in the protocol of the service that was called.</summary>
/// <param name="code">Error code of services with the JSON protocols, e.g. <c>AccessDeniedException</c>.</param>
/// <param name="queryCode">Error code of services with the query protocol (IAM, STS, …) where it differs, e.g. <c>AccessDenied</c>.</param>
public sealed class AwsException(int status, string code, string message, string? queryCode = null) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public string QueryCode => queryCode ?? code;

    public static AwsException AccessDenied(string message) => new(403, "AccessDeniedException", message, "AccessDenied");

    public static AwsException UnknownKey() =>
        new(403, "UnrecognizedClientException", "The security token included in the request is invalid.", "InvalidClientTokenId");

    public static AwsException NotSigned() =>
        new(403, "MissingAuthenticationTokenException", "Missing Authentication Token", "MissingAuthenticationToken");

    public static AwsException ExpiredToken() =>
        new(403, "ExpiredTokenException", "The security token included in the request is expired", "ExpiredToken");

    public static AwsException WrongSignature(string? detail = null) =>
        new(403, "InvalidSignatureException", detail ?? "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.", "SignatureDoesNotMatch");

    /// <summary>The twin refuses unsupported calls with an explicit error, so that a test cannot pass by accident.</summary>
    public static AwsException NotImplemented(string what) =>
        new(501, "NotImplementedByTheTwin", $"{what} is not implemented by the twin.");
}

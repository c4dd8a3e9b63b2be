using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>What the design calls a write: a changing call to IAM, EKS or AMP, or a remote_write of our own.</summary>
public static class Writes
{
    private static readonly string[] ReadingVerbs = ["Get", "List", "Describe", "Query"];

    public static bool IsWrite(string service, string? operation) =>
        service is "iam" or "eks" or "aps"
        && operation is not null
        && !Array.Exists(ReadingVerbs, verb => operation.StartsWith(verb, StringComparison.Ordinal));

    /// <summary>The collector's own stream is what the road is for, and no write of the road.</summary>
    public static bool IsWrite(string service, string? operation, SignedRequest request) =>
        IsWrite(service, operation)
        && !(operation == "RemoteWrite" && request.Header("User-Agent")?.StartsWith("Prometheus/", StringComparison.Ordinal) == true);
}

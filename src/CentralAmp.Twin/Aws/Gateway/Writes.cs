using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>Decides which calls are writes in the sense of the design: changing calls to IAM, EKS or AMP, and CentralAmp's own remote_write.</summary>
public static class Writes
{
    private static readonly string[] ReadingVerbs = ["Get", "List", "Describe", "Query"];

    public static bool IsWrite(string service, string? operation) =>
        service is "iam" or "eks" or "aps"
        && operation is not null
        && !Array.Exists(ReadingVerbs, verb => operation.StartsWith(verb, StringComparison.Ordinal));

    /// <summary>The remote_write of a collector does not count as a write of CentralAmp.</summary>
    public static bool IsWrite(string service, string? operation, SignedRequest request) =>
        IsWrite(service, operation)
        && !(operation == "RemoteWrite" && request.Header("User-Agent")?.StartsWith("Prometheus/", StringComparison.Ordinal) == true);
}

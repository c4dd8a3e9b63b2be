namespace CentralAmp.Twin.Recording;

/// <summary>Decides which recorded calls CentralAmp itself made.</summary>
public static class CallAccounting
{
    /// <summary>Bookkeeping that the second run is allowed (issue 1: "STS, registry, logs aside").</summary>
    private static readonly string[] Bookkeeping = ["sts", "dynamodb", "logs", "xray"];

    /// <summary>Calls by CentralAmp's functions, state machines and roles. Calls by the twin's operators and by programs in the clusters do not count.</summary>
    public static bool IsFromCentralAmp(RecordedCall call) => !IsOperator(call) && !call.Caller.StartsWith("system:serviceaccount:", StringComparison.Ordinal);

    /// <summary>
    /// Calls to AWS that the product itself causes: Kubernetes is not AWS, and Step Functions invoking a Lambda is
    /// counted as a transition already.
    /// </summary>
    public static bool CountsAsAwsCall(RecordedCall call) =>
        IsFromCentralAmp(call) && call.Service is not ("kubernetes" or "lambda") && !Bookkeeping.Contains(call.Service, StringComparer.Ordinal);

    public static bool CountsAsWrite(RecordedCall call) => IsFromCentralAmp(call) && call is { Write: true, Decision: "Allow" } && call.Status < 400;

    /// <summary>The twin's operators act as IAM users; CentralAmp always acts with a role.</summary>
    private static bool IsOperator(RecordedCall call) => call.Caller.Contains(":user/", StringComparison.Ordinal);
}

namespace CentralAmp.Twin.Recording;

/// <summary>Which recorded calls count as CentralAmp's own.</summary>
public static class CallAccounting
{
    /// <summary>Bookkeeping that the second run is allowed (issue 1: "STS, registry, logs aside").</summary>
    private static readonly string[] Bookkeeping = ["sts", "dynamodb", "logs", "xray"];

    /// <summary>Calls made for CentralAmp: by its functions, its state machine and its roles, not by the person at the twin nor by programs in the clusters.</summary>
    public static bool IsOurs(RecordedCall call) => !IsPerson(call) && !call.Caller.StartsWith("system:serviceaccount:", StringComparison.Ordinal);

    /// <summary>
    /// Calls to AWS that the product itself causes: Kubernetes is not AWS, and Step Functions invoking a Lambda is
    /// counted as a transition already.
    /// </summary>
    public static bool CountsAsAwsCall(RecordedCall call) =>
        IsOurs(call) && call.Service is not ("kubernetes" or "lambda") && !Bookkeeping.Contains(call.Service, StringComparer.Ordinal);

    public static bool CountsAsWrite(RecordedCall call) => IsOurs(call) && call is { Write: true, Decision: "Allow" } && call.Status < 400;

    /// <summary>The twin's administrators act as IAM users; everything of CentralAmp acts through a role.</summary>
    private static bool IsPerson(RecordedCall call) => call.Caller.Contains(":user/", StringComparison.Ordinal);
}

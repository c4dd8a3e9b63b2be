namespace CentralAmp.Planning;

/// <summary>An AMP workspace and where its data plane is.</summary>
/// <param name="Endpoint">Ends in a slash, without <c>api/v1/</c>.</param>
public sealed record Workspace(string Arn, string Endpoint)
{
    /// <summary>Fourth part of the ARN: a workspace may be in any region.</summary>
    public string Region => RegionOf(Arn);

    public static Workspace Of(OnboardingPlan plan) => new(plan.WorkspaceArn, plan.WorkspaceEndpoint);

    public static string RegionOf(string arn) => arn.Split(':')[3];

    /// <summary><c>ws-…</c></summary>
    public static string IdOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>AMP's model text says that the address ends in <c>api/v1/</c>, in practice it does not (aws.md, "prometheusEndpoint").</summary>
    public static string Normalize(string endpoint)
    {
        const string Suffix = "/api/v1";
        var trimmed = endpoint.TrimEnd('/');
        return (trimmed.EndsWith(Suffix, StringComparison.Ordinal) ? trimmed[..^Suffix.Length] : trimmed) + "/";
    }
}

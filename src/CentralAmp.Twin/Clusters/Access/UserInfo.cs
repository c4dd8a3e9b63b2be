namespace CentralAmp.Twin.Clusters.Access;

/// <summary>Who makes a request, as Kubernetes sees it.</summary>
/// <param name="Caller">Who that is outside of the cluster: the ARN of a principal, else the user name.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string Caller)
{
    public const string Masters = "system:masters";

    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"], "system:anonymous");

    public bool IsMaster => Groups.Contains(Masters);
}

/// <summary>What a request wants to do; either with a resource or with a path that is none.</summary>
public sealed record AccessRequest(string Verb, string Group, string Resource, string Namespace, string Name)
{
    /// <summary>Set for requests such as <c>/version</c>, which have no resource.</summary>
    public string Path { get; init; } = "";
}

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>The user of a request.</summary>
/// <param name="Caller">The user's identity outside of the cluster: the ARN of a principal, else the user name.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string Caller)
{
    public const string Masters = "system:masters";

    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"], "system:anonymous");

    public bool IsMaster => Groups.Contains(Masters);
}

/// <summary>The access that a request needs, to a resource or to a non-resource path.</summary>
public sealed record AccessRequest(string Verb, string Group, string Resource, string Namespace, string Name)
{
    /// <summary>Set for requests such as <c>/version</c>, which have no resource.</summary>
    public string Path { get; init; } = "";
}

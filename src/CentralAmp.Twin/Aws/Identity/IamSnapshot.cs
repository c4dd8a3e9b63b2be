using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Identity;

/// <summary>A role with its trust policy, policies and boundary. A trust policy that cannot be parsed trusts no principal.</summary>
public sealed record IamRole(
    string Arn,
    string Name,
    string Id,
    PolicyDocument Trust,
    IReadOnlyList<PolicyDocument> Policies,
    string? BoundaryArn,
    PolicyDocument? Boundary,
    IReadOnlyDictionary<string, string> Tags,
    TimeSpan MaxSession)
{
    public string AccountId => Aws.Arn.TryParse(Arn)!.AccountId;
}

public sealed record OidcProvider(string Arn, IReadOnlyList<string> ClientIds, IReadOnlyDictionary<string, string> Tags);

/// <summary>IAM of one account at one point in time: roles, providers and managed policies by ARN.</summary>
public sealed record IamSnapshot(
    IReadOnlyDictionary<string, IamRole> Roles,
    IReadOnlyDictionary<string, OidcProvider> Providers,
    IReadOnlySet<string> PolicyArns)
{
    public static IamSnapshot Empty { get; } =
        new(new Dictionary<string, IamRole>(), new Dictionary<string, OidcProvider>(), new HashSet<string>());

    public IamRole? RoleNamed(string name) => Roles.Values.FirstOrDefault(role => role.Name == name);
}

namespace CentralAmp.Twin.Aws;

/// <summary>The accounts of the twin and their organization.</summary>
public static class TwinAccounts
{
    public const string Hub = "111111111111";
    public const string Member = "222222222222";
    public const string OtherMember = "333333333333";
    public const string Management = "999999999999";

    public const string HomeRegion = "us-east-1";
    public const string OtherRegion = "eu-west-1";

    public const string OrganizationId = "o-twin123456";

    /// <summary>Of the members; the hub is in none.</summary>
    public const string OrganizationalUnit = "ou-twin-workloads";

    public static IReadOnlyList<string> All { get; } = [Hub, Member, OtherMember];

    public static string NameOf(string accountId) => accountId switch
    {
        Hub => "hub",
        Member => "member",
        OtherMember => "other-member",
        Management => "management",
        _ => accountId,
    };
}

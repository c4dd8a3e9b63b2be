namespace CentralAmp.Twin.Aws;

/// <summary>The two accounts of the twin and their organization.</summary>
public static class TwinAccounts
{
    public const string Hub = "111111111111";
    public const string Member = "222222222222";
    public const string HomeRegion = "us-east-1";
    public const string OrganizationId = "o-twin123456";
}

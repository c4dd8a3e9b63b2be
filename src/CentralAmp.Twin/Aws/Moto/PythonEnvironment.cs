namespace CentralAmp.Twin.Aws.Moto;

/// <summary>Environment variables with which no setting of this machine's user can reach real AWS.</summary>
internal static class PythonEnvironment
{
    public static IReadOnlyList<string> Without { get; } =
        ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"];

    public static IReadOnlyDictionary<string, string> With(params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_DEFAULT_REGION"] = TwinAccounts.HomeRegion,
            ["AWS_REGION"] = TwinAccounts.HomeRegion,
            ["NO_PROXY"] = "127.0.0.1,localhost",
            ["no_proxy"] = "127.0.0.1,localhost",
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }
}

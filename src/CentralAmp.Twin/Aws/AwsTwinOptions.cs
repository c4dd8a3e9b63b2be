using System.Reflection;
using CentralAmp.Twin.Aws.Amp;

namespace CentralAmp.Twin.Aws;

/// <summary>What a run of the twin's AWS may be told.</summary>
public sealed record AwsTwinOptions
{
    /// <summary>Folder of this run: logs, certificates, scripts. Must exist; the caller removes it.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Folder that outlives runs, for what is provisioned once.</summary>
    public string PrivateFolder { get; init; } = Twin.PrivateFolder.Default;

    /// <summary>The checkout, for the templates.</summary>
    public string RepositoryRoot { get; init; } = Metadata("RepositoryRoot");

    /// <summary>The functions' program as it was published with the twin.</summary>
    public string FunctionsProgram { get; init; } = Metadata("FunctionsProgram");

    /// <summary>Accounts with clusters. The hub may be one of them.</summary>
    public IReadOnlyList<string> ClusterAccounts { get; init; } = [TwinAccounts.Member];

    /// <summary>Regions with clusters, the home region first.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [TwinAccounts.HomeRegion];

    /// <summary>Workspaces that somebody made in the hub account before CentralAmp came, by alias: their regions.</summary>
    public IReadOnlyDictionary<string, string> EarlierWorkspaces { get; init; } = new Dictionary<string, string>();

    /// <summary>OIDC providers an account may have; AWS: 100 unless raised.</summary>
    public int ProvidersPerAccount { get; init; } = 100;

    /// <summary>Template of the hub; the repository's own by default.</summary>
    public string? HubTemplate { get; init; }

    /// <summary>Template of the member account; the repository's own by default.</summary>
    public string? MemberTemplate { get; init; }

    /// <summary>Parameters of the hub's stack beside those of the organization. <c>{alias}</c> stands for the ARN of an earlier workspace.</summary>
    public IReadOnlyDictionary<string, string> HubParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters of the member's stack beside HubEventBusArn.</summary>
    public IReadOnlyDictionary<string, string> MemberParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a change to IAM or to an access entry takes to have an effect.</summary>
    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What evaluates the rules of the workspaces; without it every text is taken and nothing is evaluated.</summary>
    public RuleEvaluation Rules { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>How long an elected HA replica may be silent before another takes its place; AMP: 30 seconds.</summary>
    public TimeSpan ReplicaFailover { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Service control policies by account; an account without any may do everything.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ServiceControlPolicies { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Without stacks, for tests of the services alone.</summary>
    public bool Deploys { get; init; } = true;

    /// <summary>Says what takes a while.</summary>
    public Action<string> Say { get; init; } = _ => { };

    private static string Metadata(string key) => typeof(AwsTwinOptions).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}

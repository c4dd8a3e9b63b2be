using System.Reflection;
using CentralAmp.Twin.Aws.Amp;

namespace CentralAmp.Twin.Aws;

/// <summary>Options of a run of the twin's AWS.</summary>
public sealed record AwsTwinOptions
{
    /// <summary>Folder of this run for logs, certificates and scripts. It must exist; the caller removes it.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Folder for provisioned tools, kept between runs.</summary>
    public string PrivateFolder { get; init; } = Twin.PrivateFolder.Default;

    /// <summary>Root of the repository, which contains the templates.</summary>
    public string RepositoryRoot { get; init; } = Metadata("RepositoryRoot");

    /// <summary>The program of the functions.</summary>
    public string FunctionsProgram { get; init; } = Lambda.FunctionsProgram.Newest();

    /// <summary>Accounts with clusters. The hub may be one of them.</summary>
    public IReadOnlyList<string> ClusterAccounts { get; init; } = [TwinAccounts.Member];

    /// <summary>Regions with clusters, the home region first.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [TwinAccounts.HomeRegion];

    /// <summary>Regions of the workspaces that existed in the hub account before CentralAmp, by alias.</summary>
    public IReadOnlyDictionary<string, string> EarlierWorkspaces { get; init; } = new Dictionary<string, string>();

    /// <summary>Quota of OIDC providers of an account; AWS: 100 by default.</summary>
    public int ProvidersPerAccount { get; init; } = 100;

    /// <summary>Template of the hub; the repository's own by default.</summary>
    public string? HubTemplate { get; init; }

    /// <summary>Template of the member account; the repository's own by default.</summary>
    public string? MemberTemplate { get; init; }

    /// <summary>Additional parameters of the hub's stack. <c>{alias}</c> stands for the ARN of an earlier workspace.</summary>
    public IReadOnlyDictionary<string, string> HubParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters of the member's stack in addition to HubEventBusArn.</summary>
    public IReadOnlyDictionary<string, string> MemberParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a change to IAM or to an access entry takes to propagate.</summary>
    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Evaluates the rules of the workspaces. The default accepts every text and evaluates nothing.</summary>
    public RuleEvaluation Rules { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>How long an elected HA replica may be silent before AMP elects another one; AMP: 30 seconds.</summary>
    public TimeSpan ReplicaFailover { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Service control policies by account; an account without policies may do everything.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ServiceControlPolicies { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>False deploys no stacks, for tests of the services alone.</summary>
    public bool Deploys { get; init; } = true;

    /// <summary>Receives a message before each slow step.</summary>
    public Action<string> Say { get; init; } = _ => { };

    private static string Metadata(string key) => typeof(AwsTwinOptions).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}

using CentralAmp.Twin.Aws.Deployment;
using CentralAmp.Twin.Aws.Moto;

namespace CentralAmp.Twin.Aws;

/// <summary>The setup that an operator does once: earlier workspaces, the hub's stack, and member stacks for accounts without a StackSet.</summary>
public sealed partial class AwsTwin
{
    /// <summary>Outputs of the hub's stack.</summary>
    public IReadOnlyDictionary<string, string> HubOutputs { get; private set; } = new Dictionary<string, string>();

    /// <summary>All stacks, including StackSet instances and nested stacks.</summary>
    public IReadOnlyList<StackDescription> Stacks { get; private set; } = [];

    /// <summary>ARNs of the workspaces that existed before CentralAmp, by alias.</summary>
    public IReadOnlyDictionary<string, string> EarlierWorkspaces { get; private set; } = new Dictionary<string, string>();

    // A StackSet deploys to the accounts of its organizational units. Like a management account, the hub is in none.
    private Dictionary<string, IReadOnlyList<string>> Units => new()
    {
        [TwinAccounts.OrganizationalUnit] = [.. options.ClusterAccounts.Where(account => account != TwinAccounts.Hub)],
    };

    private async Task DeployAsync(Python python, CancellationToken cancellationToken)
    {
        EarlierWorkspaces = await CreateWorkspacesAsync(cancellationToken);
        var deployer = new Deployer(python, Endpoint, options.RunFolder);
        HubOutputs = await deployer.DeployAsync(
            "central-amp", options.HubTemplate ?? Path.Combine(options.RepositoryRoot, "template.yaml"), Operators[TwinAccounts.Hub], TwinAccounts.HomeRegion,
            HubParameters(), cancellationToken);
        await RefreshAsync(cancellationToken);
        Stacks = await moto.ReadStacksAsync(cancellationToken);
        await Task.WhenAll(WithoutMemberStack().Select(place => DeployMemberAsync(deployer, place.AccountId, place.Region, cancellationToken)));
        Stacks = await moto.ReadStacksAsync(cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    private async Task<Dictionary<string, string>> CreateWorkspacesAsync(CancellationToken cancellationToken)
    {
        var arns = new Dictionary<string, string>();
        foreach (var (alias, region) in options.EarlierWorkspaces)
        {
            var answer = await SendAsOperatorAsync(TwinAccounts.Hub, region, "aps", HttpMethod.Post, "/workspaces", new() { ["alias"] = alias }, cancellationToken);
            arns[alias] = (string)answer!["arn"]!;
        }

        return arns;
    }

    private Dictionary<string, string> HubParameters()
    {
        var parameters = options.HubParameters.ToDictionary(
            parameter => parameter.Key,
            parameter => EarlierWorkspaces.Aggregate(parameter.Value, (text, workspace) => text.Replace($"{{{workspace.Key}}}", workspace.Value, StringComparison.Ordinal)));
        parameters["OrganizationId"] = TwinAccounts.OrganizationId;
        parameters["OrganizationalUnitIds?"] = TwinAccounts.OrganizationalUnit;
        parameters["Regions?"] = string.Join(',', options.Regions);
        return parameters;
    }

    private IEnumerable<(string AccountId, string Region)> WithoutMemberStack() =>
        from account in options.ClusterAccounts
        from region in options.Regions
        where !Stacks.Any(stack => stack.IsMembers && stack.AccountId == account && stack.Region == region)
        select (account, region);

    private Task<IReadOnlyDictionary<string, string>> DeployMemberAsync(Deployer deployer, string account, string region, CancellationToken cancellationToken) => deployer.DeployAsync(
        "central-amp-member", options.MemberTemplate ?? Path.Combine(options.RepositoryRoot, "src", "MemberAccount", "template.yaml"), Operators[account], region,
        new Dictionary<string, string>(options.MemberParameters) { ["HubEventBusArn"] = HubOutputs["EventBusArn"] }, cancellationToken);
}

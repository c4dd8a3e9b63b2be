using CentralAmp.Twin.Aws.Deployment;
using CentralAmp.Twin.Aws.Identity;
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

    /// <summary>Deploys a template of the repository as the operator of an account.</summary>
    /// <param name="template">Path below the root of the repository.</param>
    /// <returns>The outputs of the stack.</returns>
    /// <exception cref="InvalidOperationException">The deployment failed, also because the twin lacks something. The message has the reason.</exception>
    public async Task<IReadOnlyDictionary<string, string>> DeployStackAsync(
        string stack, string template, string accountId, string region, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var outputs = await new Deployer(python, Endpoint, options.RunFolder).DeployAsync(
            stack, Path.Combine(options.RepositoryRoot, template), Operators[accountId], region, parameters, cancellationToken);
        await RefreshAsync(cancellationToken);
        return outputs;
    }

    /// <summary>A session of a role for a service, as AWS makes it for one of the service's resources; the role's trust policy decides.</summary>
    /// <exception cref="AwsException">The role does not trust the service for this resource.</exception>
    public AccessKey AssumeAsService(string service, string roleArn, string sourceArn) => sts.AssumeAsService(service, roleArn, sourceArn);

    private async Task DeployAsync(CancellationToken cancellationToken)
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

using System.Text;
using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Silence;

/// <summary>AMP's control plane.</summary>
/// <param name="clientFor">Client for a region: a workspace may be in any.</param>
public sealed class AmpAlerts(Func<string, IAmazonPrometheusService> clientFor) : IWorkspaceAlerts
{
    public Task<AlertDefinition?> FindRulesAsync(string workspaceArn, CancellationToken cancellationToken) => FindAsync(
        $"reading CentralAmp's rules of {workspaceArn}",
        async () =>
        {
            var answer = await ClientOf(workspaceArn).DescribeRuleGroupsNamespaceAsync(
                new DescribeRuleGroupsNamespaceRequest { WorkspaceId = Workspace.IdOf(workspaceArn), Name = SilenceRules.Name }, cancellationToken);
            var found = answer.RuleGroupsNamespace;
            return new AlertDefinition(Text(found.Data), found.Status?.StatusCode?.Value ?? "", found.Status?.StatusReason);
        });

    public Task CreateRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken) => DoAsync(
        $"creating CentralAmp's rules in {workspaceArn}",
        () => ClientOf(workspaceArn).CreateRuleGroupsNamespaceAsync(
            new CreateRuleGroupsNamespaceRequest { WorkspaceId = Workspace.IdOf(workspaceArn), Name = SilenceRules.Name, Data = Data(text) },
            cancellationToken));

    public Task PutRulesAsync(string workspaceArn, string text, CancellationToken cancellationToken) => DoAsync(
        $"changing CentralAmp's rules in {workspaceArn}",
        () => ClientOf(workspaceArn).PutRuleGroupsNamespaceAsync(
            new PutRuleGroupsNamespaceRequest { WorkspaceId = Workspace.IdOf(workspaceArn), Name = SilenceRules.Name, Data = Data(text) },
            cancellationToken));

    public Task<AlertDefinition?> FindAlertManagerAsync(string workspaceArn, CancellationToken cancellationToken) => FindAsync(
        $"reading the alert manager definition of {workspaceArn}",
        async () =>
        {
            var answer = await ClientOf(workspaceArn).DescribeAlertManagerDefinitionAsync(
                new DescribeAlertManagerDefinitionRequest { WorkspaceId = Workspace.IdOf(workspaceArn) }, cancellationToken);
            var found = answer.AlertManagerDefinition;
            return new AlertDefinition(Text(found.Data), found.Status?.StatusCode?.Value ?? "", found.Status?.StatusReason);
        });

    public Task CreateAlertManagerAsync(string workspaceArn, string text, CancellationToken cancellationToken) => DoAsync(
        $"creating the alert manager definition of {workspaceArn}",
        () => ClientOf(workspaceArn).CreateAlertManagerDefinitionAsync(
            new CreateAlertManagerDefinitionRequest { WorkspaceId = Workspace.IdOf(workspaceArn), Data = Data(text) }, cancellationToken));

    private IAmazonPrometheusService ClientOf(string workspaceArn) => clientFor(Workspace.RegionOf(workspaceArn));

    private static async Task<AlertDefinition?> FindAsync(string doing, Func<Task<AlertDefinition>> find)
    {
        try
        {
            return await find();
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (AwsFailures.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private static async Task DoAsync(string doing, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (ResourceNotFoundException e)
        {
            throw new BlockedException(
                Causes.WorkspaceNotFound,
                $"While {doing}: AMP has no such workspace ({e.Message}).",
                "Deploy template.yaml with the ARN of a workspace that exists, then execute again.",
                e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private static string Text(MemoryStream? data) => Encoding.UTF8.GetString(data?.ToArray() ?? []);

    private static MemoryStream Data(string text) => new(Encoding.UTF8.GetBytes(text));
}

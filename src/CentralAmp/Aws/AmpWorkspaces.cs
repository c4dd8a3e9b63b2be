using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using CentralAmp.Failures;
using CentralAmp.Routes;

namespace CentralAmp.Aws;

/// <summary>Reads AMP workspaces.</summary>
public interface IWorkspaces
{
    /// <summary>Finds a workspace that accepts samples, with its address.</summary>
    /// <exception cref="WorkflowException">WorkspaceNotFound (blocked), or WorkspaceUnavailable while AMP creates it (not ready).</exception>
    Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken);
}

/// <summary>AMP's control plane.</summary>
/// <param name="clientFor">Returns the client of a region: workspaces may be in any region.</param>
public sealed class AmpWorkspaces(Func<string, IAmazonPrometheusService> clientFor) : IWorkspaces
{
    public async Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken)
    {
        var described = await DescribeAsync(arn, cancellationToken);
        var status = described.Status?.StatusCode?.Value ?? "";
        return (status, described.PrometheusEndpoint) switch
        {
            ("ACTIVE" or "UPDATING", { Length: > 0 } endpoint) => new Workspace(arn, Workspace.Normalize(endpoint)),
            ("DELETING" or "CREATION_FAILED", _) => throw Missing(arn, $"it is {status}"),
            _ => throw new NotReadyException(
                Causes.WorkspaceUnavailable, $"The workspace {arn} is {status} and has no address yet.", "None: AMP creates a workspace within a minute."),
        };
    }

    private async Task<WorkspaceDescription> DescribeAsync(string arn, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await clientFor(Workspace.RegionOf(arn)).DescribeWorkspaceAsync(
                new DescribeWorkspaceRequest { WorkspaceId = Workspace.IdOf(arn) }, cancellationToken);
            return answer.Workspace;
        }
        catch (ResourceNotFoundException e)
        {
            throw Missing(arn, "it does not exist", e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"describing the workspace {arn}", CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private static BlockedException Missing(string arn, string why, Exception? inner = null) => new(
        Causes.WorkspaceNotFound,
        $"The workspace {arn} cannot be written to: {why}.",
        "Deploy template.yaml with the ARN of a workspace that exists, then execute again.",
        inner);
}

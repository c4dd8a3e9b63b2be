using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Failure">The failure that the state machine caught. If present, the step only records it.</param>
public sealed record ListClustersRequest(
    ExecutionReference Execution, SweepReference Sweep, string AccountId, string Region, string? Next = null, CaughtFailure? Failure = null);

/// <param name="Clusters">ARNs of clusters.</param>
public sealed record ListClustersResult(string[] Clusters, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>Lists one page of an account's clusters in one region. If they cannot be listed, records the account and region and returns no clusters.</summary>
public sealed partial class ListClustersStep(IClusterNames names, IFleetRegistry registry, ILogger<ListClustersStep> logger)
{
    public async Task<ListClustersResult> RunAsync(ListClustersRequest request, CancellationToken cancellationToken)
    {
        if (request.Failure is { } caught)
        {
            return await ReportAsync(request, FailureMessage.Parse(caught.Error, caught.Cause), cancellationToken);
        }

        try
        {
            var (page, next) = await names.PageAsync(request.AccountId, request.Region, request.Next, request.Execution, cancellationToken);
            return new ListClustersResult([.. page.Select(name => ClusterArn.Build(request.AccountId, request.Region, name).Arn)], next);
        }
        catch (WorkflowException e) when (e is not TransientException)
        {
            return await ReportAsync(request, new Failure(FailureKind.Blocked, e.Cause, e.Sentence, e.Remedy), cancellationToken);
        }
    }

    private async Task<ListClustersResult> ReportAsync(ListClustersRequest request, Failure failure, CancellationToken cancellationToken)
    {
        // Without the member role no region of the account can be listed: one record for all regions.
        var region = failure.Cause == Causes.MemberRoleNotAssumable ? "*" : request.Region;
        await registry.ReportAsync(
            new UnreachedPlace(request.AccountId, region, request.Sweep.Id, failure.Cause, failure.Sentence, failure.Remedy), cancellationToken);
        Unreached(request.AccountId, request.Region, failure.Cause, failure.Sentence);
        return new ListClustersResult([], null);
    }

    [LoggerMessage(LogLevel.Warning, "Could not list the clusters of {Account}/{Region}: {Cause}. {Sentence}")]
    private partial void Unreached(string account, string region, string cause, string sentence);
}

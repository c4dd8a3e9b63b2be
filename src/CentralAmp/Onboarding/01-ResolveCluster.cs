using System.Text.Json;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Onboarding;

/// <param name="Input">The execution's whole input, unchanged: an EventBridge event or a manual input.</param>
public sealed record ResolveClusterRequest(ExecutionReference Execution, JsonElement Input);

/// <param name="DryRun">The execution ends after the plan and writes nothing.</param>
/// <param name="Reopen">An operator asks that an offboarded cluster is onboarded again.</param>
/// <param name="Ignored">The event changes nothing that CentralAmp looks at: the execution ends with the next state.</param>
public sealed record ResolveClusterResult(ClusterReference Cluster, bool DryRun, bool Reopen = false, bool Ignored = false);

/// <summary>Validates the input and returns the cluster to onboard.</summary>
public sealed partial class ResolveClusterStep(HubSettings settings, ILogger<ResolveClusterStep> logger)
{
    public Task<ResolveClusterResult> RunAsync(ResolveClusterRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = ClusterInput.Read(request.Input);
        var routeTags = settings.Routes.Routes.SelectMany(route => route.Tags.Keys);
        if (IrrelevantEvents.Why(request.Input, result.Cluster, routeTags, settings.MemberManagerRoleName) is { } why)
        {
            Ignored(result.Cluster.Arn, why);
            return Task.FromResult(result with { Ignored = true });
        }

        Resolved(result.Cluster.Arn, result.DryRun);
        return Task.FromResult(result);
    }

    [LoggerMessage(LogLevel.Information, "Ignored an event of {ClusterArn}: {Why}")]
    private partial void Ignored(string clusterArn, string why);

    [LoggerMessage(LogLevel.Information, "Resolved {ClusterArn} (dry run: {DryRun})")]
    private partial void Resolved(string clusterArn, bool dryRun);
}

/// <summary>Reads the input of an onboarding execution: an EventBridge event, or a manual one. Pure.</summary>
public static class ClusterInput
{
    /// <exception cref="BlockedException">The input is invalid; the sentence names the field and the reason.</exception>
    public static ResolveClusterResult Read(JsonElement input) => input switch
    {
        { ValueKind: not JsonValueKind.Object } => throw InputFields.NotUnderstood($"The input is {InputFields.Name(input.ValueKind)}, not an object."),
        _ when ClusterEvent.HasEventFields(input) => new ResolveClusterResult(ClusterEvent.Read(input, ClusterEvent.Onboarding), DryRun: false),
        _ => ReadManual(input),
    };

    private static ResolveClusterResult ReadManual(JsonElement input)
    {
        var cluster = ManualInput.Cluster(input, "dryRun", "reopen");
        var (dryRun, reopen) = (InputFields.Flag(input, "dryRun"), InputFields.Flag(input, "reopen"));
        return dryRun && reopen
            ? throw InputFields.Invalid("The input has 'dryRun' and 'reopen'; a dry run changes nothing, but reopening does.")
            : new ResolveClusterResult(cluster, dryRun, reopen);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.Sweep;

namespace CentralAmp.StateMachines.Tests.Sweep;

/// <summary>What the sweep's functions answer in one execution, and what they were asked.</summary>
internal sealed class SweepWorld
{
    private static readonly TimeSpan WorkTakes = TimeSpan.FromMilliseconds(30);

    /// <summary>As Lambda's serializer writes: what is null is left out unless its property says otherwise.</summary>
    private static readonly JsonSerializerOptions AsLambdaDoes = new(FunctionJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly ConcurrentQueue<(string Function, JsonElement Request)> calls = new();
    private readonly ConcurrentDictionary<string, int> running = new();
    private readonly ConcurrentDictionary<string, int> most = new();
    private readonly ConcurrentDictionary<string, JsonElement> started = new();

    public string SweepId { get; } = $"sweep-{Guid.NewGuid():N}";

    public ConcurrentQueue<string> Complaints { get; } = new();

    public string[] Regions { get; init; } = ["us-east-1"];

    /// <summary>Pages of accounts.</summary>
    public string[][] Accounts { get; init; } = [["222222222222"]];

    /// <summary>Pages of clusters of an account and region.</summary>
    public Func<string, string, string[][]> ClustersOf { get; init; } = (_, _) => [["a"]];

    public RegisteredCluster[][] Registered { get; init; } = [[]];

    public SweepAction Action { get; init; } = SweepAction.Start;

    public SweepWorkflow[][] Starts { get; init; } = [[]];

    /// <summary>Clusters of each page of the registry that workspaces are told of.</summary>
    public int[] Expected { get; init; } = [1, 1];

    public SweepNext Next { get; init; } = SweepNext.Sweep;

    /// <summary>Instead of the answer, for the calls that it names.</summary>
    public Func<string, JsonElement, Answer?> Breaks { get; init; } = (_, _) => null;

    /// <summary>Executions that are refused, by the number of their finding.</summary>
    public Func<int, string?> RefusedStart { get; init; } = _ => null;

    public IReadOnlyDictionary<string, JsonElement> Started => started;

    public IReadOnlyList<JsonElement> CallsOf(string function) => [.. calls.Where(call => call.Function == function).Select(call => call.Request)];

    /// <summary>How many calls of a function were answered side by side.</summary>
    public int MostAtOnce(string function) => most.GetValueOrDefault(function);

    public async Task<Answer> AnswerAsync(string function, JsonElement request)
    {
        calls.Enqueue((function, request));
        var now = running.AddOrUpdate(function, 1, (_, count) => count + 1);
        most.AddOrUpdate(function, now, (_, before) => Math.Max(before, now));
        await Task.Delay(WorkTakes);
        try
        {
            return Breaks(function, request) ?? Answer.Result(JsonSerializer.SerializeToElement(Compute(FunctionJson.Read(function, request)), AsLambdaDoes));
        }
        catch (Exception e)
        {
            Complaints.Enqueue($"{function}: {e.Message} {request}");
            return Answer.Dies("UnplannedCall");
        }
        finally
        {
            running.AddOrUpdate(function, 0, (_, count) => count - 1);
        }
    }

    /// <summary>Null, or the code by which Step Functions refuses.</summary>
    public string? Start(string name, JsonElement request)
    {
        var number = int.Parse(name[(name.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        if (RefusedStart(number) is { } refusal)
        {
            return refusal;
        }

        started[name] = request.Clone();
        return null;
    }

    private object Compute(object request) => request switch
    {
        BeginSweepRequest begin => new BeginSweepResult(
            Next, begin.Execution, new SweepReference(SweepId, begin.Execution.StartedAt), Regions, Next == SweepNext.Refuse ? "RoutesInvalid" : null, "As planned."),
        ListAccountsRequest list => Page(Accounts, list.Next, (page, next) => new ListAccountsResult(page, next)),
        ListClustersRequest { Failure: not null } => new ListClustersResult([], null),
        ListClustersRequest list => Page(
            ClustersOf(list.AccountId, list.Region), list.Next,
            (page, next) => new ListClustersResult([.. page.Select(name => ClusterArn.Build(list.AccountId, list.Region, name).Arn)], next)),
        InspectClusterRequest => new InspectClusterResult(Finding.Unchanged, null),
        ListRegisteredRequest list => Page(Registered, list.Next, (page, next) => new ListRegisteredResult(page, next)),
        FindOrphansRequest find => new FindOrphansResult(0, find.Next is null ? "1" : null),
        DecideSweepRequest => new DecideSweepResult(Action, 50, "As planned."),
        ListFindingsRequest list => Page(Starts, list.Next, (page, next) => new ListFindingsResult([.. page.Select((road, n) => StartOf(road, list.Next, n))], list.NewLeft - 1, next)),
        ExpectSamplesRequest expect => Page(Expected, expect.Next, (told, next) => new ExpectSamplesResult(told, expect.Failure, next)),
        EndSweepRequest end => RecordOf(end),
        _ => throw new InvalidOperationException($"Nobody planned {request}."),
    };

    private SweepStart StartOf(SweepWorkflow road, string? page, int number) => new(
        road, $"{SweepId}-{(page is null ? 0 : 100) + number}", ClusterArn.Build("222222222222", "us-east-1", $"c{number}").Arn, 7, road == SweepWorkflow.Offboard ? "Swept" : "");

    private static object Page<T, TResult>(T[] pages, string? next, Func<T, string?, TResult> make)
        where TResult : notnull
    {
        var page = int.Parse(next ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return make(pages[page], page + 1 < pages.Length ? $"{page + 1}" : null);
    }

    private static SweepRecord RecordOf(EndSweepRequest end)
    {
        var outcome = end.Failure is not null || end.Silence?.Failure is not null ? SweepOutcome.Failed : end.Decision?.Action == SweepAction.Brake ? SweepOutcome.Braked : SweepOutcome.Completed;
        return new SweepRecord
        {
            Outcome = outcome,
            Cause = outcome == SweepOutcome.Completed ? null : $"Cause{outcome}",
            Sentence = "As planned.",
            SweepId = end.Sweep.Id,
            StartedAt = end.Sweep.StartedAt,
            EndedAt = end.Sweep.StartedAt,
            States = new Dictionary<string, int>(),
            Findings = new Dictionary<string, int>(),
            UnreachedPlaces = 0,
            Orphans = 0,
            ExecutionId = end.Execution.Id,
        };
    }
}

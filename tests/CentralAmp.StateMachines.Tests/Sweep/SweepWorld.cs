using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.StateMachines.Tests.Engine;
using CentralAmp.Sweep;

namespace CentralAmp.StateMachines.Tests.Sweep;

/// <summary>The answers of the sweep's functions in one execution, and their requests.</summary>
internal sealed class SweepWorld
{
    private static readonly TimeSpan WorkTakes = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Writes like Lambda's serializer, which omits null unless the property has its own rule.</summary>
    private static readonly JsonSerializerOptions AsLambdaDoes = new(FunctionJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly ConcurrentQueue<(string Function, JsonElement Request)> calls = new();
    private readonly ConcurrentDictionary<string, int> running = new();
    private readonly ConcurrentDictionary<string, int> most = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> seconds = new();
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

    /// <summary>Accounts in which nothing is started.</summary>
    public string[] Braked { get; init; } = [];

    public SweepWorkflow[][] Starts { get; init; } = [[]];

    /// <summary>The number of clusters on each page of the registry that are recorded in their workspaces.</summary>
    public int[] Expected { get; init; } = [1, 1];

    public SweepNext Next { get; init; } = SweepNext.Sweep;

    /// <summary>Answers in the place of a planned answer, for example by a real step; null where the planned one remains.</summary>
    public Func<object, Task<object?>> Steps { get; init; } = _ => Task.FromResult<object?>(null);

    /// <summary>Returns a failure instead of the answer, or null.</summary>
    public Func<string, JsonElement, Answer?> Breaks { get; init; } = (_, _) => null;

    /// <summary>Returns the code with which a start is refused, by the number of its finding; or null.</summary>
    public Func<int, string?> RefusedStart { get; init; } = _ => null;

    /// <summary>Functions whose first call waits for a second one beside it, so that a slow machine shows parallel work, too.</summary>
    public IReadOnlyList<string> Meets { get; init; } = [];

    public IReadOnlyDictionary<string, JsonElement> Started => started;

    public IReadOnlyList<JsonElement> CallsOf(string function) => [.. calls.Where(call => call.Function == function).Select(call => call.Request)];

    /// <summary>The largest number of calls of a function that ran in parallel.</summary>
    public int MostAtOnce(string function) => most.GetValueOrDefault(function);

    public async Task<Answer> AnswerAsync(string function, JsonElement request)
    {
        calls.Enqueue((function, request));
        var now = running.AddOrUpdate(function, 1, (_, count) => count + 1);
        most.AddOrUpdate(function, now, (_, before) => Math.Max(before, now));
        var second = seconds.GetOrAdd(function, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (now > 1)
        {
            second.TrySetResult();
        }

        await (Meets.Contains(function) ? Task.WhenAny(second.Task, Task.Delay(LongestWait)) : Task.Delay(WorkTakes));
        try
        {
            if (Breaks(function, request) is { } failure)
            {
                return failure;
            }

            var read = FunctionJson.Read(function, request);
            return Answer.Result(JsonSerializer.SerializeToElement(await Steps(read) ?? Compute(read), AsLambdaDoes));
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

    /// <returns>Null, or the code with which Step Functions refuses.</returns>
    public string? Start(string name, JsonElement request)
    {
        // Real steps give names without a number.
        if (int.TryParse(name[(name.LastIndexOf('-') + 1)..], out var number) && RefusedStart(number) is { } refusal)
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
        DecideSweepRequest => new DecideSweepResult(Action, 50, "As planned.", Braked),
        ListFindingsRequest list => Page(Starts, list.Next, (page, next) => new ListFindingsResult([.. page.Select((workflow, n) => StartOf(workflow, list.Next, n))], list.NewLeft - 1, next)),
        ExpectSamplesRequest expect => Page(Expected, expect.Next, (count, next) => new ExpectSamplesResult(count, expect.Failure, next)),
        RemoveOldGrantRequest revoke => new RemoveOldGrantResult(Change.Updated, revoke.Revocation!.WorkspaceArn),
        EndSweepRequest end => RecordOf(end),
        _ => throw new InvalidOperationException($"No test plans {request}."),
    };

    private SweepStart StartOf(SweepWorkflow workflow, string? page, int number) => new(
        workflow, $"{SweepId}-{(page is null ? 0 : 100) + number}", ClusterArn.Build("222222222222", "us-east-1", $"c{number}").Arn, 7, workflow == SweepWorkflow.Offboard ? "Swept" : "",
        workflow == SweepWorkflow.Revoke ? "arn:aws:aps:us-east-1:111111111111:workspace/ws-old" : "");

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

using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Recording;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Checks the outcomes of the scenario's clusters, and that everything in them that CentralAmp does not manage stays unchanged.</summary>
public sealed class DeliveriesWatch(ScenarioContext context, IReadOnlyList<ServedCluster> clusters, ManualSetup manual)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> before = clusters.ToDictionary(cluster => cluster.Name, cluster => UnmanagedState.Of(context.World.ClusterOf(cluster.Arn)));
    private readonly Dictionary<string, int> restarts = clusters.ToDictionary(cluster => cluster.Name, cluster => context.World.ClusterOf(cluster.Arn).OwnRestarts.Count);

    /// <summary>Takes the cluster's current state as the new baseline, after another owner changed it.</summary>
    public void ResetBaseline(ServedCluster cluster) => before[cluster.Name] = UnmanagedState.Of(context.World.ClusterOf(cluster.Arn));

    public async Task CheckOutcomesAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters)
        {
            var item = await context.RegisteredAsync(context.Living(cluster.Arn), cancellationToken);
            var found = $"{item?.State} {item?["delivery"]} {item?["cause"]}: {item?["sentence"]}";
            context.Check(
                $"{cluster.Name} is {cluster.Outcome} {cluster.Delivery ?? cluster.Cause}",
                item?.State == cluster.Outcome && (cluster.Delivery is null || item["delivery"] == cluster.Delivery) && (cluster.Cause is null || item["cause"] == cluster.Cause),
                found);
        }
    }

    /// <summary>Checks entries, annotations and fields of other managers, their pods and samples, and that no elevation remains.</summary>
    public async Task CheckUnmanagedAsync(string when, CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters)
        {
            var twin = context.World.ClusterOf(cluster.Arn);
            var differences = UnmanagedState.Differences(before[cluster.Name], UnmanagedState.Of(twin));
            context.Check($"{cluster.Name}: unmanaged state is as before {when}", differences.Count == 0, string.Join("; ", differences));
            var rolled = twin.OwnRestarts.Skip(restarts[cluster.Name]).ToList();
            // The stack of the bare cluster is installed later, with persistent storage.
            var mayRoll = cluster.Delivery is "prometheus" or "agent";
            context.Check(
                $"{cluster.Name}: its own Prometheus lost no data{(mayRoll ? "" : " and was not restarted")} {when}",
                rolled.All(start => !start.DataLost) && (mayRoll || rolled.Count == 0),
                string.Join(", ", rolled.Select(start => $"{start.Pod} at {start.Time:HH:mm:ss}, data lost: {start.DataLost}")));
        }

        var admins = context.Aws.Eks.Clusters.SelectMany(cluster => cluster.AccessEntries.Values.Where(entry => entry.Policies.Count > 0).Select(entry => $"{cluster.Name}: {entry.PrincipalArn}")).ToList();
        context.Check($"no principal is associated with an EKS access policy {when}", admins.Count == 0, string.Join(", ", admins));
        context.Check($"the manual setup continues to send {when}", await manual.SendsAsync(cancellationToken));
    }

    /// <summary>Checks that Helm can still upgrade and Argo CD can still sync.</summary>
    public void CheckOwners()
    {
        foreach (var cluster in clusters.Where(cluster => cluster.Behaviour.RemoteWriteOwner != RemoteWriteOwner.Nobody))
        {
            var twin = context.World.ClusterOf(cluster.Arn);
            context.Check($"{cluster.Behaviour.RemoteWriteOwner} applies {cluster.Name} again without a conflict", Applies(twin.ApplyStackAgain, out var why), why);
            var differences = UnmanagedState.Differences(before[cluster.Name], UnmanagedState.Of(twin));
            context.Check($"{cluster.Name}: unmanaged state is as before after that", differences.Count == 0, string.Join("; ", differences));
        }
    }

    /// <summary>Checks that every verified cluster continues to write.</summary>
    public async Task CheckWritingAsync(CancellationToken cancellationToken)
    {
        // Longer than two scrape intervals of a managed agent.
        await Task.Delay(TimeSpan.FromSeconds(35), cancellationToken);
        foreach (var cluster in clusters.Where(cluster => cluster.Outcome == "Verified"))
        {
            var age = await context.World.QueryAsync($$"""min(time() - timestamp(up{cluster_name="{{cluster.Name}}"}))""", cancellationToken);
            context.Check($"{cluster.Name} continues to write", age < 45, $"newest sample {age} s old");
        }
    }

    /// <summary>Checks that two replicas arrive as one stream and that their own <c>cluster</c> label is kept as <c>exported_cluster</c>.</summary>
    public async Task CheckPairAsync(CancellationToken cancellationToken)
    {
        var series = await context.World.QueryAsync("""count(node_load1{cluster_name="pair",exported_cluster="shop"})""", cancellationToken);
        context.Check("of two replicas every series arrives once, with its own cluster label kept", series == 1, series);
        var replicas = await context.World.QueryAsync("""count({cluster_name="pair",__replica__!=""}) or vector(0)""", cancellationToken);
        context.Check("no series has a replica label any more", replicas == 0, replicas);
    }

    /// <summary>Checks that a second onboarding of an unchanged cluster writes nothing.</summary>
    public async Task CheckAgainAsync(CancellationToken cancellationToken)
    {
        var again = clusters.Where(cluster => cluster.Outcome == "Verified").ToList();
        var starts = again.Sum(cluster => context.World.ClusterOf(cluster.Arn).PodStarts.Count);
        var position = context.World.Calls.Position;
        context.Log("onboarding every verified cluster again");
        foreach (var cluster in again)
            await context.Aws.StartExecutionAsync(Aws.Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        await context.QuietAsync(cancellationToken);
        var writes = context.World.Calls.Since(position).Where(CallAccounting.CountsAsWrite).Select(call => $"{call.Service} {call.Action} {call.Resource}").ToList();
        context.Check("a second run writes nothing, in AWS and in the clusters", writes.Count == 0, string.Join(", ", writes));
        var rolled = again.Sum(cluster => context.World.ClusterOf(cluster.Arn).PodStarts.Count) - starts;
        context.Check("a second run rolls no pod", rolled == 0, $"{rolled} pods started");
    }

    private static bool Applies(Action apply, out string why)
    {
        try
        {
            apply();
            why = "";
            return true;
        }
        catch (StatusException conflict)
        {
            why = conflict.Message;
            return false;
        }
    }
}

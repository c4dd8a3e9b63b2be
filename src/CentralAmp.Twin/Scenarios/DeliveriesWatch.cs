using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Recording;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Looks after what is not ours in the clusters of the scenario, and after what of ours must be there.</summary>
public sealed class DeliveriesWatch(Stage stage, IReadOnlyList<ServedCluster> clusters, HandMade byHand)
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> before = clusters.ToDictionary(cluster => cluster.Name, cluster => Others.Of(stage.World.ClusterOf(cluster.Arn)));
    private readonly Dictionary<string, int> restarts = clusters.ToDictionary(cluster => cluster.Name, cluster => stage.World.ClusterOf(cluster.Arn).OwnRestarts.Count);

    /// <summary>Others have changed what is theirs: from now on that is what must stay.</summary>
    public void LookAgain(ServedCluster cluster) => before[cluster.Name] = Others.Of(stage.World.ClusterOf(cluster.Arn));

    public async Task CheckOutcomesAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters)
        {
            var item = await stage.RegisteredAsync(stage.Living(cluster.Arn), cancellationToken);
            var found = $"{item?.State} {item?["delivery"]} {item?["cause"]}: {item?["sentence"]}";
            stage.Check(
                $"{cluster.Name} is {cluster.Outcome} {cluster.Delivery ?? cluster.Cause}",
                item?.State == cluster.Outcome && (cluster.Delivery is null || item["delivery"] == cluster.Delivery) && (cluster.Cause is null || item["cause"] == cluster.Cause),
                found);
        }
    }

    /// <summary>Entries, annotations and fields of others, their pods and their samples, and what the road may not leave.</summary>
    public async Task CheckOthersAsync(string when, CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters)
        {
            var twin = stage.World.ClusterOf(cluster.Arn);
            var differences = Others.Differences(before[cluster.Name], Others.Of(twin));
            stage.Check($"{cluster.Name}: what others have is as it was {when}", differences.Count == 0, string.Join("; ", differences));
            var rolled = twin.OwnRestarts.Skip(restarts[cluster.Name]).ToList();
            // Of the bare cluster the stack came later, with storage.
            var mayRoll = cluster.Delivery is "prometheus" or "agent";
            stage.Check(
                $"{cluster.Name}: its own Prometheus lost nothing{(mayRoll ? "" : " and was not restarted")} {when}",
                rolled.All(start => !start.DataLost) && (mayRoll || rolled.Count == 0),
                string.Join(", ", rolled.Select(start => $"{start.Pod} at {start.Time:HH:mm:ss}, data lost: {start.DataLost}")));
        }

        var admins = stage.Aws.Eks.Clusters.SelectMany(cluster => cluster.AccessEntries.Values.Where(entry => entry.Policies.Count > 0).Select(entry => $"{cluster.Name}: {entry.PrincipalArn}")).ToList();
        stage.Check($"nobody is associated with a policy of EKS {when}", admins.Count == 0, string.Join(", ", admins));
        stage.Check($"what was made by hand goes on sending {when}", await byHand.SendsAsync(cancellationToken));
    }

    /// <summary>Helm upgrades and Argo CD syncs as if we were not there.</summary>
    public void CheckOwners()
    {
        foreach (var cluster in clusters.Where(cluster => cluster.Behaviour.RemoteWriteOwner != RemoteWriteOwner.Nobody))
        {
            var twin = stage.World.ClusterOf(cluster.Arn);
            stage.Check($"{cluster.Behaviour.RemoteWriteOwner} applies {cluster.Name} again without a conflict", Applies(twin.ApplyStackAgain, out var why), why);
            var differences = Others.Differences(before[cluster.Name], Others.Of(twin));
            stage.Check($"{cluster.Name}: what others have is as it was after that", differences.Count == 0, string.Join("; ", differences));
        }
    }

    /// <summary>Every verified cluster goes on writing.</summary>
    public async Task CheckWritingAsync(CancellationToken cancellationToken)
    {
        // Longer than two scrapes of an own agent.
        await Task.Delay(TimeSpan.FromSeconds(35), cancellationToken);
        foreach (var cluster in clusters.Where(cluster => cluster.Outcome == "Verified"))
        {
            var age = await stage.World.QueryAsync($$"""min(time() - timestamp(up{cluster_name="{{cluster.Name}}"}))""", cancellationToken);
            stage.Check($"{cluster.Name} goes on writing", age < 45, $"newest sample {age} s old");
        }
    }

    /// <summary>Two replicas are one stream; their own <c>cluster</c> is kept beside ours.</summary>
    public async Task CheckPairAsync(CancellationToken cancellationToken)
    {
        var series = await stage.World.QueryAsync("""count(node_load1{cluster_name="pair",exported_cluster="shop"})""", cancellationToken);
        stage.Check("of two replicas every series arrives once, with its own cluster label kept", series == 1, series);
        var replicas = await stage.World.QueryAsync("""count({cluster_name="pair",__replica__!=""}) or vector(0)""", cancellationToken);
        stage.Check("no label tells the replicas apart any more", replicas == 0, replicas);
    }

    /// <summary>A collector that is unchanged costs no write.</summary>
    public async Task CheckAgainAsync(CancellationToken cancellationToken)
    {
        var again = clusters.Where(cluster => cluster.Outcome == "Verified").ToList();
        var starts = again.Sum(cluster => stage.World.ClusterOf(cluster.Arn).PodStarts.Count);
        var position = stage.World.Calls.Position;
        stage.Say("the road is taken once more by every verified cluster");
        foreach (var cluster in again)
            await stage.Aws.StartExecutionAsync(Aws.Machine.Onboard, $$"""{"clusterArn":"{{cluster.Arn}}"}""", cancellationToken);
        await stage.QuietAsync(cancellationToken);
        var writes = stage.World.Calls.Since(position).Where(CallAccounting.CountsAsWrite).Select(call => $"{call.Service} {call.Action} {call.Resource}").ToList();
        stage.Check("a second run writes nothing, in AWS and in the clusters", writes.Count == 0, string.Join(", ", writes));
        var rolled = again.Sum(cluster => stage.World.ClusterOf(cluster.Arn).PodStarts.Count) - starts;
        stage.Check("a second run rolls no pod", rolled == 0, $"{rolled} pods started");
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

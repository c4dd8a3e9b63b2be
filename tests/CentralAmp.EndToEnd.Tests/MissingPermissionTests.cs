using CentralAmp.Twin;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>What the deployed roles do not allow, although it is needed.</summary>
public sealed class MissingPermissionTests(SharedTwin twin)
{
    [Fact]
    public async Task No_permission_is_missing_where_nothing_was_planted()
    {
        await twin.EveryRunAsync();

        // What has just been granted is refused until it settles: STS, clusters and the proof's write to the workspace wait for that.
        var denied = twin.World.Calls.Since(0).Where(call => call is { Decision: "Deny", Service: not "kubernetes" and not "sts" })
            .Where(call => call.Service != "aps" || Road.IsAbout(call, "cluster/first", "first")).Select(Describe);

        Assert.DoesNotContain(denied, call => !call.Contains("central-amp-proof", StringComparison.Ordinal));
    }

    private static string Describe(RecordedCall call) => $"{call.Caller} {call.Service}:{call.Action} {call.Resource}";
}

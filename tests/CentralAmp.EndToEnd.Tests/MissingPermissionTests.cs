using CentralAmp.Twin;

namespace CentralAmp.EndToEnd.Tests;

/// <summary>Calls that the deployed roles deny although CentralAmp needs them.</summary>
public sealed class MissingPermissionTests(SharedTwin twin)
{
    [Fact]
    public async Task No_permission_is_missing_where_nothing_was_planted()
    {
        await twin.EveryRunAsync();

        // A new grant is denied until it has propagated: STS, clusters and the proof's write to the workspace wait for that.
        var denied = twin.World.Calls.Since(0).Where(call => call is { Decision: "Deny", Service: not "kubernetes" and not "sts" })
            .Where(call => call.Service != "aps" || Workflows.IsAbout(call, "cluster/first", "first"))
            .Where(call => !IsAboutRemovedRole(call)).Select(Describe)
            .Where(call => !call.Contains("central-amp-proof", StringComparison.Ordinal)).ToList();

        Assert.True(denied.Count == 0, string.Join("; ", denied));
    }

    // EventOrderTests deliver DeleteCluster events twice. Of two offboardings, one can change a role that the other has just removed. IAM checks the ARN
    // of a missing role without its path, so the call is denied and not answered with NoSuchEntity. The offboarding then looks whether the role is gone.
    private static bool IsAboutRemovedRole(RecordedCall call) =>
        call.Service == "iam" && call.Resource.Contains(":role/central-amp-order-", StringComparison.Ordinal);

    private static string Describe(RecordedCall call) => $"{call.Time:HH:mm:ss.f} {call.Caller} {call.Service}:{call.Action} {call.Resource}";
}

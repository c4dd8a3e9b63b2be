using CentralAmp.Access;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Access;

public sealed class AccessEntryDecisionTests
{
    private const string Principal = "arn:aws:iam::222222222222:role/CentralAmpMember";

    [Fact]
    public void A_missing_entry_is_created() => Assert.Equal(AccessEntryDelta.Create, Decide(null));

    [Fact]
    public void A_managed_entry_as_desired_is_not_changed() => Assert.Equal(AccessEntryDelta.None, Decide(Entry(["central-amp"])));

    [Fact]
    public void Drifted_groups_of_a_managed_entry_are_repaired()
    {
        Assert.Equal(AccessEntryDelta.UpdateGroups, Decide(Entry([])));
        Assert.Equal(AccessEntryDelta.UpdateGroups, Decide(Entry(["central-amp", "system:masters-like"])));
    }

    [Theory]
    [InlineData("central-amp")]
    [InlineData("central-amp", "viewers")]
    public void A_foreign_entry_with_CentralAmps_group_is_used_as_it_is(params string[] groups) =>
        Assert.Equal(AccessEntryDelta.None, Decide(Entry(groups, managed: false)));

    [Fact]
    public void A_foreign_entry_without_CentralAmps_group_blocks_with_the_command_that_helps()
    {
        var blocked = Assert.Throws<BlockedException>(() => Decide(Entry(["viewers"], managed: false)));
        Assert.Equal(Causes.AccessEntryForeign, blocked.Cause);
        Assert.Contains("update-access-entry --cluster-name shop --region us-east-1", blocked.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_entry_of_another_type_blocks(bool managed)
    {
        var blocked = Assert.Throws<BlockedException>(() => Decide(Entry(["central-amp"], managed) with { Type = "EC2_LINUX" }));
        Assert.Equal(Causes.AccessEntryForeign, blocked.Cause);
        Assert.Contains("delete-access-entry", blocked.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_with_the_tag_of_another_cluster_is_foreign() => Assert.Throws<BlockedException>(() => Decide(
        Entry([]) with { Tags = new Dictionary<string, string> { [AccessEntryDecision.ClusterTag] = Some.Cluster("other").Arn } }));

    [Theory]
    [InlineData("API")]
    [InlineData("API_AND_CONFIG_MAP")]
    public void Modes_that_support_access_entries_are_accepted(string mode) => AccessEntryDecision.RequireAccessEntries(Some.Cluster(), mode);

    [Fact]
    public void A_config_map_cluster_blocks_with_the_one_command_that_helps()
    {
        var blocked = Assert.Throws<BlockedException>(() => AccessEntryDecision.RequireAccessEntries(Some.Cluster(), "CONFIG_MAP"));
        Assert.Equal(Causes.AuthenticationModeConfigMap, blocked.Cause);
        Assert.Equal(
            "aws eks update-cluster-config --name shop --region us-east-1 --access-config authenticationMode=API_AND_CONFIG_MAP", blocked.Remedy);
    }

    private static AccessEntryDelta Decide(ObservedAccessEntry? entry) => AccessEntryDecision.Decide(Some.Cluster(), Principal, entry);

    private static ObservedAccessEntry Entry(string[] groups, bool managed = true) => new(
        "STANDARD", groups, managed ? new Dictionary<string, string> { [AccessEntryDecision.ClusterTag] = Some.Cluster().Arn } : []);
}

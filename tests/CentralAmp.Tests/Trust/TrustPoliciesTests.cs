using System.Text.Json.Nodes;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Trust;

public sealed class TrustPoliciesTests
{
    [Fact]
    public void Trust_policy_equals_the_reviewed_file() => Golden.Check("Trust", "trust-policy", JsonNode.Parse(Desired().TrustPolicy)!);

    [Fact]
    public void Ingest_policy_equals_the_reviewed_file() => Golden.Check("Trust", "ingest-policy", JsonNode.Parse(Desired().Policy)!);

    [Fact]
    public void Trust_policy_of_a_collector_role_equals_the_reviewed_file() =>
        Golden.Check("Trust", "chained-collector-trust-policy", JsonNode.Parse(Chained().Member!.TrustPolicy)!);

    [Fact]
    public void Policy_of_a_collector_role_equals_the_reviewed_file() =>
        Golden.Check("Trust", "chained-collector-policy", JsonNode.Parse(Chained().Member!.Policy)!);

    [Fact]
    public void Trust_policy_of_a_chained_ingest_role_equals_the_reviewed_file() =>
        Golden.Check("Trust", "chained-ingest-trust-policy", JsonNode.Parse(Chained().Hub.TrustPolicy)!);

    [Fact]
    public void Ingest_policy_while_a_cluster_moves_equals_the_reviewed_file() =>
        Golden.Check("Trust", "moving-ingest-policy", JsonNode.Parse(Desired().StillGranting(Some.WorkspaceArn.Replace("us-east-1", "eu-west-1", StringComparison.Ordinal)).Policy)!);

    [Fact]
    public void In_chained_trust_the_hub_has_the_same_permission_and_no_provider()
    {
        var (direct, chained) = (Desired(), Chained());
        Assert.Equal((direct.Policy, direct.RoleArn, direct.BoundaryArn), (chained.Hub.Policy, chained.Hub.RoleArn, chained.Hub.BoundaryArn));
        Assert.Null(chained.Hub.ProviderArn);
        Assert.Equal(direct.RoleTags, chained.Hub.RoleTags);
    }

    [Fact]
    public void A_collector_role_is_in_the_member_account_has_its_boundary_and_names_no_workspace()
    {
        var member = Chained().Member!;
        Assert.Equal($"arn:aws:iam::222222222222:role/central-amp/{IngestRole.Name(Some.Cluster(), Some.CreatedAt)}", member.RoleArn);
        Assert.Equal("arn:aws:iam::222222222222:policy/central-amp/CentralAmpCollectorBoundary", member.BoundaryArn);
        Assert.StartsWith("arn:aws:iam::222222222222:oidc-provider/oidc.eks.", member.ProviderArn, StringComparison.Ordinal);
        Assert.Equal(["central-amp:cluster-arn", "central-amp:created-at", "central-amp:issuer"], member.RoleTags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((member.RoleArn, CallSide.Member), (Chained().Assumed.RoleArn, member.Side));
    }

    [Theory]
    [InlineData("aws-cn", "cn-north-1")]
    [InlineData("aws-us-gov", "us-gov-west-1")]
    public void No_partition_is_hard_coded(string partition, string region)
    {
        var cluster = new ClusterReference($"arn:{partition}:eks:{region}:222222222222:cluster/shop", partition, "222222222222", region, "shop");
        var desired = Desired(cluster, $"arn:{partition}:aps:{region}:111111111111:workspace/ws-1");
        Assert.StartsWith($"arn:{partition}:iam::111111111111:oidc-provider/", desired.ProviderArn, StringComparison.Ordinal);
        Assert.StartsWith($"arn:{partition}:iam::111111111111:role/central-amp/", desired.RoleArn, StringComparison.Ordinal);
        Assert.DoesNotContain("arn:aws:", desired.TrustPolicy + desired.Policy, StringComparison.Ordinal);

        var (hub, member) = Chained(cluster, $"arn:{partition}:aps:{region}:111111111111:workspace/ws-1");
        Assert.DoesNotContain("arn:aws:", hub.TrustPolicy + hub.Policy + member!.TrustPolicy + member.Policy + member.RoleArn + member.BoundaryArn, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_name_cluster_issuer_and_workspace()
    {
        var desired = Desired();
        Assert.Equal(
            ["central-amp:cluster-arn", "central-amp:created-at", "central-amp:issuer", "central-amp:workspace-arn"],
            desired.RoleTags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Some.Cluster().Arn, desired.RoleTags["central-amp:cluster-arn"]);
        Assert.Equal(["central-amp:cluster-arn", "central-amp:created-at", "central-amp:issuer"], desired.ProviderTags.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_role_name_fits_the_limit_and_a_recreated_cluster_gets_another()
    {
        var longest = Some.Cluster(new string('n', 100));
        Assert.Equal(64, IngestRole.Name(longest, 1).Length);
        Assert.Matches("^central-amp-shop-[0-9a-f]{8}$", IngestRole.Name(Some.Cluster(), 1));
        Assert.Equal(IngestRole.Name(Some.Cluster(), 1), IngestRole.Name(Some.Cluster(), 1));
        Assert.NotEqual(IngestRole.Name(Some.Cluster(), 1), IngestRole.Name(Some.Cluster(), 2));
        Assert.NotEqual(IngestRole.Name(longest, 1), IngestRole.Name(Some.Cluster(new string('n', 99)), 1));
    }

    internal static DesiredTrust Desired(ClusterReference? cluster = null, string workspaceArn = Some.WorkspaceArn)
    {
        var of = cluster ?? Some.Cluster();
        return ClusterTrust.For(of, Some.Described(), Plan(of, workspaceArn).PlannedTrust(), Some.Settings).Hub;
    }

    internal static ClusterTrust Chained(ClusterReference? cluster = null, string workspaceArn = Some.WorkspaceArn)
    {
        var of = cluster ?? Some.Cluster();
        return ClusterTrust.For(of, Some.Described(), (Plan(of, workspaceArn) with { TrustMode = TrustModes.Chained }).PlannedTrust(), Some.Settings);
    }

    internal static OnboardingPlan Plan(ClusterReference? cluster = null, string workspaceArn = Some.WorkspaceArn) => new()
    {
        Next = PlanNext.Deliver,
        Sentence = "",
        WorkspaceArn = workspaceArn,
        WorkspaceEndpoint = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
        IngestRoleName = IngestRole.Name(cluster ?? Some.Cluster(), Some.CreatedAt),
        ClusterLabel = "shop.us-east-1.222222222222",
        Collector = Some.Collector,
        Change = Change.Created,
    };
}

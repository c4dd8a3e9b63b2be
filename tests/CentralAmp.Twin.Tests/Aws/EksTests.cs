using Amazon.EKS;
using Amazon.EKS.Model;
using Amazon.Runtime;
using CentralAmp.Twin.Aws;

namespace CentralAmp.Twin.Tests.Aws;

public sealed class EksTests(AwsTwinFixture fixture) : AwsTwinTests(fixture)
{
    private const string Admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    private const string Principal = "arn:aws:iam::222222222222:role/entry-owner";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_gets_its_endpoint_and_issuer_with_ACTIVE()
    {
        using var eks = Fixture.Eks(Fixture.Member.Credentials());
        var arn = await CreateAsync("becomes-active", new ClusterBehaviour { ActiveAfter = TimeSpan.FromSeconds(1) });
        var creating = (await eks.DescribeClusterAsync(new() { Name = "becomes-active" }, Cancellation)).Cluster;
        Assert.Equal((ClusterStatus.CREATING, null, null), (creating.Status, creating.Endpoint, creating.Identity));

        var active = await ActiveAsync(eks, "becomes-active");
        Assert.Equal((arn, "https://127.0.0.1:1", AuthenticationMode.API_AND_CONFIG_MAP), (active.Arn, active.Endpoint, active.AccessConfig.AuthenticationMode));
        Assert.StartsWith("https://oidc.eks.us-east-1.amazonaws.com/id/", active.Identity.Oidc.Issuer, StringComparison.Ordinal);
        Assert.Equal("yes", active.Tags["twin"]);
        Assert.Contains(arn, Fixture.Clusters.Active);
    }

    [Fact]
    public async Task A_cluster_may_fail_and_a_name_is_taken_once()
    {
        using var eks = Fixture.Eks(Fixture.Member.Credentials());
        await CreateAsync("fails", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero, EndsFailed = true });
        var taken = await Assert.ThrowsAsync<AwsException>(() => CreateAsync("fails", new ClusterBehaviour()));
        Assert.Equal("ResourceInUseException", taken.Code);
        await Task.Delay(200, Cancellation);

        Assert.Equal(ClusterStatus.FAILED, (await eks.DescribeClusterAsync(new() { Name = "fails" }, Cancellation)).Cluster.Status);
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => eks.DescribeClusterAsync(new() { Name = "never-made" }, Cancellation));
    }

    [Fact]
    public async Task An_access_entry_settles_and_belongs_to_the_role_and_not_to_its_name()
    {
        using var eks = Fixture.Eks(Fixture.Member.Credentials());
        await Fixture.SessionAsync(Fixture.Member, "entry-owner", null);
        var arn = await CreateAsync("entries", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero });
        await ActiveAsync(eks, "entries");

        var entry = (await eks.CreateAccessEntryAsync(new() { ClusterName = "entries", PrincipalArn = Principal, KubernetesGroups = ["central-amp"], Tags = new() { ["a"] = "b" } }, Cancellation)).AccessEntry;
        Assert.StartsWith("arn:aws:eks:us-east-1:222222222222:access-entry/entries/role/222222222222/entry-owner/", entry.AccessEntryArn, StringComparison.Ordinal);
        Assert.Null(Fixture.Twin.Eks.GroupsOf(arn, Principal));
        await Assert.ThrowsAsync<ResourceInUseException>(() => eks.CreateAccessEntryAsync(new() { ClusterName = "entries", PrincipalArn = Principal }, Cancellation));

        await eks.AssociateAccessPolicyAsync(new() { ClusterName = "entries", PrincipalArn = Principal, PolicyArn = Admin, AccessScope = new() { Type = AccessScopeType.Cluster } }, Cancellation);
        Assert.Equal([Admin], (await eks.ListAssociatedAccessPoliciesAsync(new() { ClusterName = "entries", PrincipalArn = Principal }, Cancellation)).AssociatedAccessPolicies.Select(policy => policy.PolicyArn));
        await Fixture.SettledAsync();
        Assert.Equal(["central-amp", "system:masters"], Fixture.Twin.Eks.GroupsOf(arn, Principal));

        await eks.DisassociateAccessPolicyAsync(new() { ClusterName = "entries", PrincipalArn = Principal, PolicyArn = Admin }, Cancellation);
        await Fixture.SettledAsync();
        Assert.Equal(["central-amp"], Fixture.Twin.Eks.GroupsOf(arn, Principal));
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => eks.DisassociateAccessPolicyAsync(new() { ClusterName = "entries", PrincipalArn = Principal, PolicyArn = Admin }, Cancellation));

        using var iam = Fixture.Iam(Fixture.Member.Credentials());
        await iam.DeleteRoleAsync(new() { RoleName = "entry-owner" }, Cancellation);
        await Fixture.SessionAsync(Fixture.Member, "entry-owner", null);
        Assert.Null(Fixture.Twin.Eks.GroupsOf(arn, Principal));
    }

    [Fact]
    public async Task Access_entry_calls_carry_the_condition_keys_of_EKS()
    {
        using var asOperator = Fixture.Eks(Fixture.Member.Credentials());
        await CreateAsync("conditions", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero });
        await ActiveAsync(asOperator, "conditions");
        const string self = "arn:aws:iam::222222222222:role/conditions";
        var session = await Fixture.SessionAsync(Fixture.Member, "conditions", $$$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"eks:CreateAccessEntry","Resource":"arn:aws:eks:*:222222222222:cluster/*","Condition":{"ArnEquals":{"eks:principalArn":"{{{self}}}" } } },
              {"Effect":"Allow","Action":"eks:AssociateAccessPolicy","Resource":"arn:aws:eks:*:222222222222:access-entry/*/role/222222222222/conditions/*",
               "Condition":{"ArnEquals":{"eks:principalArn":"{{{self}}}","eks:policyArn":"{{{Admin}}}"},"StringEquals":{"eks:accessScope":"cluster"} } }]}
            """);
        await Fixture.SettledAsync();
        using var eks = Fixture.Eks(session);
        Task AssociateAsync(string policy, AccessScope scope) => eks.AssociateAccessPolicyAsync(new() { ClusterName = "conditions", PrincipalArn = self, PolicyArn = policy, AccessScope = scope }, Cancellation);

        await DeniedAsync("eks:CreateAccessEntry", () => eks.CreateAccessEntryAsync(new() { ClusterName = "conditions", PrincipalArn = Principal }, Cancellation));
        await DeniedAsync("eks:TagResource", () => eks.CreateAccessEntryAsync(new() { ClusterName = "conditions", PrincipalArn = self, Tags = new() { ["a"] = "b" } }, Cancellation));
        await eks.CreateAccessEntryAsync(new() { ClusterName = "conditions", PrincipalArn = self }, Cancellation);
        await DeniedAsync("eks:AssociateAccessPolicy", () => AssociateAsync("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", new() { Type = AccessScopeType.Cluster }));
        await DeniedAsync("eks:AssociateAccessPolicy", () => AssociateAsync(Admin, new() { Type = AccessScopeType.Namespace, Namespaces = ["a"] }));
        await AssociateAsync(Admin, new() { Type = AccessScopeType.Cluster });
    }

    /// <summary>A condition on a key that is not in the request denies, so a policy that names it would never see an entry.</summary>
    [Fact]
    public async Task Describing_updating_and_deleting_an_access_entry_carry_no_principal_as_condition_key()
    {
        using var asOperator = Fixture.Eks(Fixture.Member.Credentials());
        await CreateAsync("keyless", new ClusterBehaviour { ActiveAfter = TimeSpan.Zero });
        await ActiveAsync(asOperator, "keyless");
        const string self = "arn:aws:iam::222222222222:role/keyless";
        const string entry = "arn:aws:eks:*:222222222222:access-entry/*/role/222222222222/keyless/*";
        var session = await Fixture.SessionAsync(Fixture.Member, "keyless", $$$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":["eks:UpdateAccessEntry","eks:DeleteAccessEntry"],"Resource":"{{{entry}}}","Condition":{"ArnEquals":{"eks:principalArn":"{{{self}}}" } } },
              {"Effect":"Allow","Action":["eks:DescribeAccessEntry","eks:ListAssociatedAccessPolicies"],"Resource":"{{{entry}}}"}]}
            """);
        await Fixture.SettledAsync();
        using var eks = Fixture.Eks(session);

        await Assert.ThrowsAsync<ResourceNotFoundException>(() => eks.DescribeAccessEntryAsync(new() { ClusterName = "keyless", PrincipalArn = self }, Cancellation));
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => eks.ListAssociatedAccessPoliciesAsync(new() { ClusterName = "keyless", PrincipalArn = self }, Cancellation));
        await DeniedAsync("eks:UpdateAccessEntry", () => eks.UpdateAccessEntryAsync(new() { ClusterName = "keyless", PrincipalArn = self, KubernetesGroups = ["a"] }, Cancellation));
        await DeniedAsync("eks:DeleteAccessEntry", () => eks.DeleteAccessEntryAsync(new() { ClusterName = "keyless", PrincipalArn = self }, Cancellation));
    }

    private static async Task DeniedAsync(string action, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<AmazonServiceException>(call);
        Assert.Equal("AccessDeniedException", error.ErrorCode);
        Assert.Contains($"is not authorized to perform: {action} on resource", error.Message, StringComparison.Ordinal);
    }

    private Task<string> CreateAsync(string name, ClusterBehaviour behaviour) => Fixture.Twin.CreateClusterAsync(
        TwinAccounts.Member, "us-east-1", name, new Dictionary<string, string> { ["twin"] = "yes" }, behaviour, Cancellation);

    private static async Task<Cluster> ActiveAsync(AmazonEKSClient eks, string name)
    {
        while (true)
        {
            var cluster = (await eks.DescribeClusterAsync(new() { Name = name }, Cancellation)).Cluster;
            if (cluster.Status == ClusterStatus.ACTIVE)
                return cluster;
            await Task.Delay(50, Cancellation);
        }
    }
}

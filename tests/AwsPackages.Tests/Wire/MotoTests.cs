using System.Net;
using Amazon.EKS;
using Amazon.EKS.Model;
using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;
using EksNotFound = Amazon.EKS.Model.ResourceNotFoundException;

namespace AwsPackages.Tests.Wire;

/// <summary>The clients against moto, an independent implementation of the services' wire formats.</summary>
public sealed class MotoTests(MotoServer moto)
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private const string Ingest = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:RemoteWrite","Resource":"arn:aws:aps:us-east-1:1:workspace/ws"}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_OIDC_provider_is_created_tagged_read_listed_and_deleted()
    {
        using var iam = Iam();
        var created = await iam.CreateOpenIDConnectProviderAsync(new() { Url = "https://oidc.eks.us-east-1.amazonaws.com/id/0A1", ClientIDList = ["sts.amazonaws.com"] }, Cancel);
        await iam.TagOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = created.OpenIDConnectProviderArn, Tags = [new() { Key = "central-amp:issuer", Value = "ünïcode & more" }] }, Cancel);

        var read = await iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = created.OpenIDConnectProviderArn }, Cancel);
        Assert.Equal(["sts.amazonaws.com"], read.ClientIDList);
        Assert.Equal(("central-amp:issuer", "ünïcode & more"), (read.Tags.Single().Key, read.Tags.Single().Value));
        Assert.Contains((await iam.ListOpenIDConnectProvidersAsync(new(), Cancel)).OpenIDConnectProviderList, provider => provider.Arn == created.OpenIDConnectProviderArn);

        var again = await Assert.ThrowsAsync<EntityAlreadyExistsException>(() => iam.CreateOpenIDConnectProviderAsync(new() { Url = "https://oidc.eks.us-east-1.amazonaws.com/id/0A1", ClientIDList = ["sts.amazonaws.com"] }, Cancel));
        Assert.Equal(("EntityAlreadyExists", HttpStatusCode.Conflict), (again.ErrorCode, again.StatusCode));

        await iam.DeleteOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = created.OpenIDConnectProviderArn }, Cancel);
        await Assert.ThrowsAsync<NoSuchEntityException>(() => iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = created.OpenIDConnectProviderArn }, Cancel));
    }

    [Fact]
    public async Task A_role_keeps_its_trust_tags_boundary_and_inline_policy()
    {
        using var iam = Iam();
        var created = (await iam.CreateRoleAsync(new() { RoleName = "central-amp-prod", Path = "/central-amp/", AssumeRolePolicyDocument = Trust, MaxSessionDuration = 3600 }, Cancel)).Role;
        await iam.TagRoleAsync(new() { RoleName = created.RoleName, Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, Cancel);
        await iam.PutRolePermissionsBoundaryAsync(new() { RoleName = created.RoleName, PermissionsBoundary = "arn:aws:iam::123456789012:policy/boundary" }, Cancel);
        await iam.PutRolePolicyAsync(new() { RoleName = created.RoleName, PolicyName = "central-amp-ingest", PolicyDocument = Ingest }, Cancel);
        await iam.UpdateAssumeRolePolicyAsync(new() { RoleName = created.RoleName, PolicyDocument = Trust }, Cancel);

        var role = (await iam.GetRoleAsync(new() { RoleName = created.RoleName }, Cancel)).Role;
        Assert.Equal(("/central-amp/", 3600, "arn:aws:iam::123456789012:role/central-amp/central-amp-prod"), (role.Path, role.MaxSessionDuration, role.Arn));
        Assert.Equal("arn:aws:iam::123456789012:policy/boundary", role.PermissionsBoundary.PermissionsBoundaryArn);
        Assert.Equal(["a", "b"], role.Tags.Select(tag => tag.Key).Order());
        Assert.Equal(DateTimeKind.Utc, role.CreateDate!.Value.Kind);
        Assert.Equal(Trust, WebUtility.UrlDecode(role.AssumeRolePolicyDocument));
        Assert.Equal(["central-amp-ingest"], (await iam.ListRolePoliciesAsync(new() { RoleName = role.RoleName }, Cancel)).PolicyNames);
        Assert.Equal(Ingest, WebUtility.UrlDecode((await iam.GetRolePolicyAsync(new() { RoleName = role.RoleName, PolicyName = "central-amp-ingest" }, Cancel)).PolicyDocument));

        await iam.DeleteRolePolicyAsync(new() { RoleName = role.RoleName, PolicyName = "central-amp-ingest" }, Cancel);
        await iam.DeleteRoleAsync(new() { RoleName = role.RoleName }, Cancel);
        var gone = await Assert.ThrowsAsync<NoSuchEntityException>(() => iam.GetRoleAsync(new() { RoleName = role.RoleName }, Cancel));
        Assert.Equal(("NoSuchEntity", HttpStatusCode.NotFound), (gone.ErrorCode, gone.StatusCode));
    }

    [Fact]
    public async Task Roles_are_listed_page_by_page()
    {
        using var iam = Iam();
        foreach (var name in new[] { "page-1", "page-2", "page-3" })
        {
            await iam.CreateRoleAsync(new() { RoleName = name, Path = "/pages/", AssumeRolePolicyDocument = Trust }, Cancel);
        }

        var first = await iam.ListRolesAsync(new() { PathPrefix = "/pages/", MaxItems = 2 }, Cancel);
        var second = await iam.ListRolesAsync(new() { PathPrefix = "/pages/", MaxItems = 2, Marker = first.Marker }, Cancel);

        Assert.True(first.IsTruncated);
        Assert.Equal(["page-1", "page-2", "page-3"], first.Roles.Concat(second.Roles).Select(role => role.RoleName).Order());
    }

    [Fact]
    public async Task A_cluster_is_created_described_and_listed_and_its_absence_has_its_own_exception()
    {
        using var eks = new AmazonEKSClient(MotoServer.Credentials, new AmazonEKSConfig { ServiceURL = moto.Url, AuthenticationRegion = "us-east-1" });
        var missing = await Assert.ThrowsAsync<EksNotFound>(() => eks.DescribeClusterAsync(new() { Name = "absent" }, Cancel));
        Assert.Equal(("ResourceNotFoundException", HttpStatusCode.NotFound), (missing.ErrorCode, missing.StatusCode));

        await eks.CreateClusterAsync(new() { Name = "prod", RoleArn = "arn:aws:iam::123456789012:role/x", ResourcesVpcConfig = new() { SubnetIds = ["subnet-1"] }, Tags = new() { ["team"] = "a b" } }, Cancel);
        var cluster = (await eks.DescribeClusterAsync(new() { Name = "prod" }, Cancel)).Cluster;
        Assert.Equal(ClusterStatus.ACTIVE, cluster.Status);
        Assert.StartsWith("https://", cluster.Identity.Oidc.Issuer, StringComparison.Ordinal);
        Assert.Equal("a b", cluster.Tags["team"]);
        Assert.NotNull(cluster.CreatedAt);
        Assert.Contains("prod", (await eks.ListClustersAsync(new() { MaxResults = 10 }, Cancel)).Clusters);
        await eks.DeleteClusterAsync(new() { Name = "prod" }, Cancel);
    }

    [Fact]
    public async Task A_workspace_is_created_described_listed_by_alias_and_deleted()
    {
        using var amp = new AmazonPrometheusServiceClient(MotoServer.Credentials, new AmazonPrometheusServiceConfig { ServiceURL = moto.Url, AuthenticationRegion = "us-east-1" });
        var id = (await amp.CreateWorkspaceAsync(new() { Alias = "central", Tags = new() { ["a"] = "1" } }, Cancel)).WorkspaceId;
        var workspace = (await amp.DescribeWorkspaceAsync(new() { WorkspaceId = id }, Cancel)).Workspace;
        Assert.Equal(("central", WorkspaceStatusCode.ACTIVE, "1"), (workspace.Alias, workspace.Status.StatusCode, workspace.Tags["a"]));
        Assert.Equal(id, (await amp.ListWorkspacesAsync(new() { Alias = "central", MaxResults = 5 }, Cancel)).Workspaces.Single().WorkspaceId);
        await amp.DeleteWorkspaceAsync(new() { WorkspaceId = id }, Cancel);
        await Assert.ThrowsAsync<Amazon.PrometheusService.Model.ResourceNotFoundException>(() => amp.DescribeWorkspaceAsync(new() { WorkspaceId = id }, Cancel));
    }

    [Fact]
    public async Task A_state_machine_that_is_not_there_has_its_own_exception()
    {
        using var states = new AmazonStepFunctionsClient(MotoServer.Credentials, new AmazonStepFunctionsConfig { ServiceURL = moto.Url, AuthenticationRegion = "us-east-1" });
        const string arn = "arn:aws:states:us-east-1:123456789012:stateMachine:absent";
        var missing = await Assert.ThrowsAsync<StateMachineDoesNotExistException>(() => states.DescribeStateMachineAsync(new() { StateMachineArn = arn }, Cancel));
        Assert.Equal("StateMachineDoesNotExist", missing.ErrorCode);
        await Assert.ThrowsAsync<StateMachineDoesNotExistException>(() => states.StartExecutionAsync(new() { StateMachineArn = arn, Input = "{}" }, Cancel));
        Assert.Empty((await states.ListStateMachinesAsync(new(), Cancel)).StateMachines);
    }

    private AmazonIdentityManagementServiceClient Iam() =>
        new(MotoServer.Credentials, new AmazonIdentityManagementServiceConfig { ServiceURL = moto.Url, AuthenticationRegion = "us-east-1" });
}

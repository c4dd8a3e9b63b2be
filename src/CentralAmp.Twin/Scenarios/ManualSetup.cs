using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Scenarios;

/// <summary>A working setup that an operator made without CentralAmp: provider, role, annotation, remote write.</summary>
public sealed class ManualSetup(ScenarioContext context, string clusterArn)
{
    private const string Role = "observability-by-hand";

    /// <summary>Value of the <c>cluster</c> label of the cluster's samples.</summary>
    public const string Label = "legacy";

    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        var cluster = context.World.ClusterOf(clusterArn);
        var (issuer, subject) = (cluster.Issuer["https://".Length..], $"system:serviceaccount:{StackNames.Namespace}:{cluster.Names.Prometheus}");
        await context.World.Iam.CreateOpenIDConnectProviderAsync(
            new CreateOpenIDConnectProviderRequest { Url = cluster.Issuer, ClientIDList = ["sts.amazonaws.com"] }, cancellationToken);
        await context.World.Iam.CreateRoleAsync(
            new CreateRoleRequest
            {
                RoleName = Role,
                AssumeRolePolicyDocument = $$"""
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",
                     "Principal":{"Federated":"arn:aws:iam::{{TwinAccounts.Hub}}:oidc-provider/{{issuer}}"},
                     "Condition":{"StringEquals":{"{{issuer}}:aud":"sts.amazonaws.com","{{issuer}}:sub":"{{subject}}"} } }]}
                    """,
            },
            cancellationToken);
        await context.World.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = Role,
                PolicyName = "remote-write",
                PolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:RemoteWrite","Resource":"{{context.World.WorkspaceArn}}"}] }""",
            },
            cancellationToken);
        await context.World.IamSettlesAsync(cancellationToken);

        cluster.UpdateAs("kubectl-annotate", "ServiceAccount", StackNames.Namespace, cluster.Names.Prometheus, account =>
            account.Metadata().Child("annotations")["eks.amazonaws.com/role-arn"] = $"arn:aws:iam::{TwinAccounts.Hub}:role/{Role}");
        cluster.UpdateAs("kubectl-edit", "Prometheus", StackNames.Namespace, cluster.Names.Prometheus, Edit);
        await context.UntilAsync("the manual setup sends", () => SendsAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Whether samples of the setup arrived in the last seconds.</summary>
    public async Task<bool> SendsAsync(CancellationToken cancellationToken) =>
        await context.World.QueryAsync($$"""count(count_over_time(up{cluster="{{Label}}"}[15s]))""", cancellationToken) > 0;

    private void Edit(JsonObject resource)
    {
        var spec = resource.Child("spec");
        spec["externalLabels"] = new JsonObject { ["cluster"] = Label };
        spec["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-01-01T00:00:00Z" } };
        spec["remoteWrite"] = new JsonArray(new JsonObject
        {
            ["url"] = $"https://aps-workspaces.{context.World.Region}.amazonaws.com/workspaces/{context.World.WorkspaceId}/api/v1/remote_write",
            ["sigv4"] = new JsonObject { ["region"] = context.World.Region },
            ["proxyFromEnvironment"] = true,
            ["queueConfig"] = new JsonObject { ["batchSendDeadline"] = "2s" },
        });
    }
}

using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;

namespace CentralAmp.Twin.Scenarios;

/// <summary>The eight steps that a person does without CentralAmp: provider, role, annotation, remote write; and it works.</summary>
public sealed class HandMade(Stage stage, string clusterArn)
{
    private const string Role = "observability-by-hand";

    /// <summary>What the cluster's samples have as <c>cluster</c>.</summary>
    public const string Label = "legacy";

    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        var cluster = stage.World.ClusterOf(clusterArn);
        var (issuer, subject) = (cluster.Issuer["https://".Length..], $"system:serviceaccount:{StackNames.Namespace}:{cluster.Names.Prometheus}");
        await stage.World.Iam.CreateOpenIDConnectProviderAsync(
            new CreateOpenIDConnectProviderRequest { Url = cluster.Issuer, ClientIDList = ["sts.amazonaws.com"] }, cancellationToken);
        await stage.World.Iam.CreateRoleAsync(
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
        await stage.World.Iam.PutRolePolicyAsync(
            new PutRolePolicyRequest
            {
                RoleName = Role,
                PolicyName = "remote-write",
                PolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:RemoteWrite","Resource":"{{stage.World.WorkspaceArn}}"}] }""",
            },
            cancellationToken);
        await stage.World.IamSettlesAsync(cancellationToken);

        cluster.UpdateAs("kubectl-annotate", "ServiceAccount", StackNames.Namespace, cluster.Names.Prometheus, account =>
            account.Metadata().Child("annotations")["eks.amazonaws.com/role-arn"] = $"arn:aws:iam::{TwinAccounts.Hub}:role/{Role}");
        cluster.UpdateAs("kubectl-edit", "Prometheus", StackNames.Namespace, cluster.Names.Prometheus, Edit);
        await stage.UntilAsync("what was made by hand sends", () => SendsAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Whether its samples have come in the last seconds.</summary>
    public async Task<bool> SendsAsync(CancellationToken cancellationToken) =>
        await stage.World.QueryAsync($$"""count(count_over_time(up{cluster="{{Label}}"}[15s]))""", cancellationToken) > 0;

    private void Edit(JsonObject resource)
    {
        var spec = resource.Child("spec");
        spec["externalLabels"] = new JsonObject { ["cluster"] = Label };
        spec["podMetadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-01-01T00:00:00Z" } };
        spec["remoteWrite"] = new JsonArray(new JsonObject
        {
            ["url"] = $"https://aps-workspaces.{stage.World.Region}.amazonaws.com/workspaces/{stage.World.WorkspaceId}/api/v1/remote_write",
            ["sigv4"] = new JsonObject { ["region"] = stage.World.Region },
            ["proxyFromEnvironment"] = true,
            ["queueConfig"] = new JsonObject { ["batchSendDeadline"] = "2s" },
        });
    }
}

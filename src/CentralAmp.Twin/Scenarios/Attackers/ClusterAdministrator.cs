using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>The administrator of one cluster: every service account's token there is his, and so is what the collector may do.</summary>
internal sealed class ClusterAdministrator(ScenarioContext context, TwinCluster cluster, IamRole ingestRole)
{
    private const string Stranger = "stranger";

    private readonly Attempts attempts = new(context, "cluster administrator");

    /// <param name="other">The ingest role of another cluster.</param>
    /// <param name="otherWorkspace">A workspace that is not routed to this cluster.</param>
    public async Task AttackAsync(IamRole other, string otherWorkspace, CancellationToken cancellationToken)
    {
        using var user = new ClusterUser(cluster, cluster.AdministratorToken);
        await user.ApplyAsync(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = Stranger, ["namespace"] = "monitoring" } }, "kubectl", cancellationToken);
        var collector = await user.TokenAsync("monitoring", cluster.Names.Prometheus, "sts.amazonaws.com", cancellationToken);
        var stranger = await user.TokenAsync("monitoring", Stranger, "sts.amazonaws.com", cancellationToken);
        attempts.Done("tokens of the collector's and of another service account of his cluster", collector is not null && stranger is not null);

        await attempts.RefusedAsync("his ingest role with another service account of his cluster", () => Identity(ingestRole.Arn, stranger!).CredentialsAsync(context.Aws, cancellationToken));
        await attempts.RefusedAsync("the ingest role of another cluster with his collector's token", () => Identity(other.Arn, collector!).CredentialsAsync(context.Aws, cancellationToken));

        var key = await Identity(ingestRole.Arn, collector!).CredentialsAsync(context.Aws, cancellationToken);
        await attempts.ForbiddenAsync("samples for a workspace that is not routed to his cluster", () => CollectorIdentity.WriteAsync(context.Aws, key, otherWorkspace, TimeProvider.System.GetUtcNow(), cancellationToken));
        await attempts.RefusedAsync("the ingest role of another cluster with his collector's credentials", () => attempts.AssumeAsync(key, other.Arn, cancellationToken));
        await attempts.RefusedAsync("the trust policy of his ingest role", async () =>
        {
            using var iam = attempts.Iam(key);
            await iam.GetRoleAsync(new GetRoleRequest { RoleName = ingestRole.Name }, cancellationToken);
        });
    }

    private static CollectorIdentity Identity(string roleArn, string token) => new(TwinAccounts.HomeRegion, roleArn, SigV4RoleArn: null, token);
}

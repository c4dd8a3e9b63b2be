using System.Globalization;
using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>Changes or removes managed objects in AWS and in clusters, as operators and other tools do.</summary>
public sealed class DriftInjection(ScenarioContext context)
{
    public async Task ChangeTrustAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var role = IngestRole(clusterArn);
        context.Log($"an operator lets another service account assume {role.Name}");
        var iam = context.World.Iam;
        var trust = JsonNode.Parse(Uri.UnescapeDataString((await iam.GetRoleAsync(new GetRoleRequest { RoleName = role.Name }, cancellationToken)).Role.AssumeRolePolicyDocument))!;
        var subject = trust["Statement"]![0]!["Condition"]!["StringEquals"]!.AsObject();
        subject[subject.Single(pair => pair.Key.EndsWith(":sub", StringComparison.Ordinal)).Key] = "system:serviceaccount:default:another";
        await iam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = role.Name, PolicyDocument = trust.ToJsonString() }, cancellationToken);
    }

    public void DeleteReadBinding(string clusterArn)
    {
        context.Log($"an operator deletes the managed ClusterRoleBinding in {Arn.TryParse(clusterArn)!.ResourceName}");
        context.World.ClusterOf(clusterArn).Delete("ClusterRoleBinding", "", "central-amp-read");
    }

    public void RemoveRemoteWrite(string clusterArn)
    {
        context.Log($"an operator removes the managed remote write in {Arn.TryParse(clusterArn)!.ResourceName}");
        var cluster = context.World.ClusterOf(clusterArn);
        cluster.UpdateAs("kubectl-edit", "Prometheus", "monitoring", cluster.Names.Prometheus, resource => resource.Child("spec").Remove("remoteWrite"));
    }

    /// <summary>Deletes the registry item of a cluster. If the cluster is deleted, its remaining objects in AWS become orphans.</summary>
    /// <returns>The name of its ingest role.</returns>
    public async Task<string> DeleteRegistryItemAsync(ClusterIdentity cluster, CancellationToken cancellationToken)
    {
        context.Log($"an operator deletes the registry item of the cluster {Arn.TryParse(cluster.ClusterArn)!.ResourceName}");
        await context.Aws.DeleteItemAsync(
            context.Aws.HubOutputs["RegistryTable"],
            new JsonObject
            {
                ["clusterArn"] = new JsonObject { ["S"] = cluster.ClusterArn },
                ["createdAt"] = new JsonObject { ["N"] = cluster.CreatedAt.ToString(CultureInfo.InvariantCulture) },
            },
            cancellationToken);
        return IngestRole(cluster.ClusterArn).Name;
    }

    private IamRole IngestRole(string clusterArn) =>
        context.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.First(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == clusterArn);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Amazon.IdentityManagement.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Scenarios;

/// <summary>People and other tools that change or remove what is ours, in AWS and in clusters.</summary>
public sealed class Harm(Stage stage)
{
    public async Task ChangeTrustAsync(string clusterArn, CancellationToken cancellationToken)
    {
        var role = IngestRole(clusterArn);
        stage.Say($"someone lets another service account take {role.Name}");
        var iam = stage.World.Iam;
        var trust = JsonNode.Parse(Uri.UnescapeDataString((await iam.GetRoleAsync(new GetRoleRequest { RoleName = role.Name }, cancellationToken)).Role.AssumeRolePolicyDocument))!;
        var subject = trust["Statement"]![0]!["Condition"]!["StringEquals"]!.AsObject();
        subject[subject.Single(pair => pair.Key.EndsWith(":sub", StringComparison.Ordinal)).Key] = "system:serviceaccount:default:someone-else";
        await iam.UpdateAssumeRolePolicyAsync(new UpdateAssumeRolePolicyRequest { RoleName = role.Name, PolicyDocument = trust.ToJsonString() }, cancellationToken);
    }

    public void RemoveReading(string clusterArn)
    {
        stage.Say($"someone deletes our ClusterRoleBinding in {Arn.TryParse(clusterArn)!.ResourceName}");
        stage.World.ClusterOf(clusterArn).Delete("ClusterRoleBinding", "", "central-amp-read");
    }

    public void RemoveEntry(string clusterArn)
    {
        stage.Say($"someone removes our remote write in {Arn.TryParse(clusterArn)!.ResourceName}");
        var cluster = stage.World.ClusterOf(clusterArn);
        cluster.UpdateAs("kubectl-edit", "Prometheus", "monitoring", cluster.Names.Prometheus, resource => resource.Child("spec").Remove("remoteWrite"));
    }

    /// <summary>Loses the registry's item of a cluster that is gone: what is left of it in AWS is an orphan.</summary>
    /// <returns>The name of its ingest role.</returns>
    public async Task<string> ForgetAsync(Incarnation cluster, CancellationToken cancellationToken)
    {
        stage.Say($"someone deletes the registry's item of {Arn.TryParse(cluster.ClusterArn)!.ResourceName}, which is gone");
        await stage.Aws.DeleteItemAsync(
            stage.Aws.HubOutputs["RegistryTable"],
            new JsonObject
            {
                ["clusterArn"] = new JsonObject { ["S"] = cluster.ClusterArn },
                ["createdAt"] = new JsonObject { ["N"] = cluster.CreatedAt.ToString(CultureInfo.InvariantCulture) },
            },
            cancellationToken);
        return IngestRole(cluster.ClusterArn).Name;
    }

    private IamRole IngestRole(string clusterArn) =>
        stage.Aws.Iam.Newest(TwinAccounts.Hub).Roles.Values.First(role => role.Tags.GetValueOrDefault("central-amp:cluster-arn") == clusterArn);
}

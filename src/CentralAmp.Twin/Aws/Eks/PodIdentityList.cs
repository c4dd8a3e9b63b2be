using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>ListPodIdentityAssociations. The role itself is only in DescribePodIdentityAssociation.</summary>
internal static class PodIdentityList
{
    public static GatewayResponse Of(EksCluster cluster, ApiCall call) => GatewayResponse.Json(new JsonObject
    {
        ["associations"] = new JsonArray([.. cluster.Twin.PodIdentities
            .Where(identity => Matches(call, "namespace", identity.Namespace) && Matches(call, "serviceAccount", identity.ServiceAccount))
            .Select((identity, i) => Describe(cluster, call, identity, i))]),
    });

    private static bool Matches(ApiCall call, string filter, string value) => call.Text(filter) is not { Length: > 0 } wanted || wanted == value;

    private static JsonObject Describe(EksCluster cluster, ApiCall call, (string Namespace, string ServiceAccount, string RoleArn) identity, int index) => new()
    {
        ["clusterName"] = cluster.Name,
        ["namespace"] = identity.Namespace,
        ["serviceAccount"] = identity.ServiceAccount,
        ["associationArn"] = $"arn:aws:eks:{call.Region}:{call.AccountId}:podidentityassociation/{cluster.Name}/a-{index:d17}",
        ["associationId"] = $"a-{index:d17}",
    };
}

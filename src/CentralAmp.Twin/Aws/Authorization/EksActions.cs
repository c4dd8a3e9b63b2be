using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>EKS: clusters, access entries and the policies associated with them.</summary>
internal static class EksActions
{
    public static IReadOnlyList<RequestedAction>? Of(ApiCall call, AuthorizationFacts facts) => call.Operation switch
    {
        "ListClusters" => [RequiredActions.Action(call, "*")],
        "CreateCluster" => Tagging(call, OnCluster(call, facts, RequiredActions.RequestTags(call.Tags("tags"))), Cluster(call)),
        "DescribeCluster" or "DeleteCluster" or "DescribeUpdate" or "ListAccessEntries" or "ListPodIdentityAssociations" => [OnCluster(call, facts, RequestContext.Empty)],
        "UpdateClusterConfig" => [OnCluster(call, facts, Configuration(call))],
        "CreateAccessEntry" => Tagging(call, OnCluster(call, facts, NewEntry(call)), Entry(call, facts)),
        "DescribeAccessEntry" or "DeleteAccessEntry" or "ListAssociatedAccessPolicies" => [OnEntry(call, facts, RequestContext.Empty)],
        "UpdateAccessEntry" => [OnEntry(call, facts, Groups(call))],
        "AssociateAccessPolicy" => [OnEntry(call, facts, Policy(call).With("eks:accessScope", call.Parameters["accessScope"]?["type"]?.GetValue<string>()))],
        "DisassociateAccessPolicy" => [OnEntry(call, facts, Policy(call))],
        "TagResource" => [RequiredActions.Action(call, call.Required("resourceArn"), RequiredActions.RequestTags(call.Tags("tags")).WithTags("aws:ResourceTag", facts.TagsOf(call.Required("resourceArn"))))],
        "UntagResource" or "ListTagsForResource" => [RequiredActions.Action(call, call.Required("resourceArn"), RequestContext.Empty.WithTags("aws:ResourceTag", facts.TagsOf(call.Required("resourceArn"))))],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction> Tagging(ApiCall call, RequestedAction create, string resource)
    {
        var tags = RequiredActions.RequestTags(call.Tags("tags"));
        return tags["aws:TagKeys"] is null ? [create] : [create, new RequestedAction("eks:TagResource", resource, tags)];
    }

    private static string Cluster(ApiCall call) => RequiredActions.Arn(call, $"cluster/{call.Required("name")}");

    private static string Entry(ApiCall call, AuthorizationFacts facts)
    {
        var (cluster, principal) = (call.Required("name"), Arn.TryParse(call.Text("principalArn")));
        // EKS generates the id at the end of an entry's ARN, so a policy can only match it with a wildcard.
        return facts.AccessEntryArn(Cluster(call), call.Text("principalArn") ?? "")
            ?? RequiredActions.Arn(call, $"access-entry/{cluster}/role/{principal?.AccountId}/{principal?.Resource.Split('/')[^1]}/00000000-0000-0000-0000-000000000000");
    }

    private static RequestedAction OnCluster(ApiCall call, AuthorizationFacts facts, RequestContext context) =>
        RequiredActions.Action(call, Cluster(call), context.WithTags("aws:ResourceTag", facts.TagsOf(Cluster(call))));

    private static RequestedAction OnEntry(ApiCall call, AuthorizationFacts facts, RequestContext context)
    {
        var arn = Entry(call, facts);
        return RequiredActions.Action(call, arn, context
            .With("eks:clusterName", call.Text("name"))
            .WithTags("aws:ResourceTag", facts.TagsOf(arn)));
    }

    private static RequestContext NewEntry(ApiCall call) => Groups(call)
        .With(RequiredActions.RequestTags(call.Tags("tags")))
        .With("eks:principalArn", call.Text("principalArn"))
        .With("eks:accessEntryType", call.Text("type") ?? "STANDARD")
        .With("eks:username", call.Text("username"));

    private static RequestContext Groups(ApiCall call) => call.Parameters["kubernetesGroups"] is null
        ? RequestContext.Empty
        : RequestContext.Empty.With("eks:kubernetesGroups", call.Strings("kubernetesGroups"));

    // Service Authorization Reference, EKS: a key exists only for a setting that the call changes.
    private static RequestContext Configuration(ApiCall call) => RequestContext.Empty
        .With("eks:authenticationMode", call.Parameters["accessConfig"]?["authenticationMode"]?.GetValue<string>())
        .With("eks:endpointPublicAccess", call.Parameters["resourcesVpcConfig"]?["endpointPublicAccess"]?.ToString())
        .With("eks:endpointPrivateAccess", call.Parameters["resourcesVpcConfig"]?["endpointPrivateAccess"]?.ToString());

    // Of the calls on an existing entry, only associating and disassociating have the condition key eks:principalArn.
    private static RequestContext Policy(ApiCall call) => RequestContext.Empty
        .With("eks:policyArn", call.Text("policyArn"))
        .With("eks:principalArn", call.Text("principalArn"));
}

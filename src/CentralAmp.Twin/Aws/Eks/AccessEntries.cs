using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;

namespace CentralAmp.Twin.Aws.Eks;

/// <summary>The operations on access entries of one cluster.</summary>
internal sealed class AccessEntries(EksCluster cluster, ApiCall call, Func<string, string?> roleIdOf, TimeSpan settleDelay, TimeProvider time)
{
    private static readonly string[] KnownPolicies =
        ["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy"];

    private string Principal => call.Required("principalArn");

    public GatewayResponse Handle()
    {
        if (cluster.Status != "ACTIVE")
            throw new AwsException(400, "InvalidRequestException", $"The cluster is not in ACTIVE status. Current status: {cluster.Status}");
        if (cluster.AuthenticationMode == "CONFIG_MAP")
            throw new AwsException(400, "InvalidRequestException", "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.");

        return call.Operation switch
        {
            "CreateAccessEntry" => Create(),
            "DescribeAccessEntry" => Answer(Entry()),
            "UpdateAccessEntry" => Update(),
            "DeleteAccessEntry" => Delete(),
            "ListAccessEntries" => GatewayResponse.Json(new JsonObject { ["accessEntries"] = new JsonArray([.. cluster.AccessEntries.Keys.Order(StringComparer.Ordinal).Select(arn => JsonValue.Create(arn))]) }),
            "AssociateAccessPolicy" => Associate(),
            "DisassociateAccessPolicy" => Disassociate(),
            "ListAssociatedAccessPolicies" => GatewayResponse.Json(new JsonObject
            {
                ["clusterName"] = cluster.Name,
                ["principalArn"] = Principal,
                ["associatedAccessPolicies"] = new JsonArray([.. Entry().Policies.Select(policy => policy.Describe())]),
            }),
            _ => throw AwsException.NotImplemented($"eks:{call.Operation}"),
        };
    }

    private GatewayResponse Create()
    {
        var principal = Arn.TryParse(Principal) is { Service: "iam" } arn
            ? arn
            : throw Invalid("The specified principalArn is invalid: invalid principal.");
        // The entry belongs to the role's unique id, not to its name. AWS does not check principals of other organizations.
        if (roleIdOf(Principal) is not { } roleId)
            throw Invalid("The specified principalArn is invalid: invalid principal.");

        var name = principal.Resource.Split('/')[^1];
        var entry = new AccessEntry(
            $"arn:aws:eks:{call.Region}:{call.AccountId}:access-entry/{cluster.Name}/role/{principal.AccountId}/{name}/{Guid.NewGuid()}",
            Principal, roleId, call.Text("type") ?? "STANDARD",
            call.Text("username") ?? $"arn:aws:sts::{principal.AccountId}:assumed-role/{name}/{{{{SessionName}}}}", time.GetUtcNow(), settleDelay);
        entry.Change(time.GetUtcNow(), _ => CheckedGroups(), policies => policies);
        foreach (var (key, value) in call.Tags("tags"))
            entry.Tags[key] = value;

        return cluster.AccessEntries.TryAdd(Principal, entry)
            ? Answer(entry)
            : throw new AwsException(409, "ResourceInUseException", "The specified access entry resource is already in use on this cluster.");
    }

    private GatewayResponse Update()
    {
        var entry = Entry();
        if (call.Parameters["kubernetesGroups"] is not null)
            entry.Change(time.GetUtcNow(), _ => CheckedGroups(), policies => policies);
        return Answer(entry);
    }

    private GatewayResponse Delete()
    {
        Entry();
        cluster.AccessEntries.TryRemove(Principal, out _);
        return GatewayResponse.Json(new JsonObject());
    }

    private GatewayResponse Associate()
    {
        var (entry, policyArn) = (Entry(), call.Required("policyArn"));
        if (!Array.Exists(KnownPolicies, name => policyArn == $"arn:aws:eks::aws:cluster-access-policy/{name}"))
            throw Invalid("The policyArn parameter format is not valid");

        var scope = call.Parameters["accessScope"]?.DeepClone() as JsonObject ?? throw Invalid("The accessScope parameter is required.");
        scope["namespaces"] ??= new JsonArray();
        var policy = new AssociatedPolicy(policyArn, scope, time.GetUtcNow());
        entry.Change(time.GetUtcNow(), groups => groups, policies => [.. policies.Where(other => other.PolicyArn != policyArn), policy]);
        return GatewayResponse.Json(new JsonObject { ["clusterName"] = cluster.Name, ["principalArn"] = Principal, ["associatedAccessPolicy"] = policy.Describe() });
    }

    private GatewayResponse Disassociate()
    {
        var (entry, policyArn) = (Entry(), call.Required("policyArn"));
        if (!entry.Policies.Any(policy => policy.PolicyArn == policyArn))
            throw new AwsException(404, "ResourceNotFoundException", "The specified policyArn could not be found. You can view your associated policies with 'list-associated-access-policies'.");
        entry.Change(time.GetUtcNow(), groups => groups, policies => [.. policies.Where(policy => policy.PolicyArn != policyArn)]);
        return GatewayResponse.Json(new JsonObject());
    }

    private IReadOnlyList<string> CheckedGroups()
    {
        var groups = call.Strings("kubernetesGroups");
        return groups.Any(group => group.StartsWith("system:", StringComparison.Ordinal) || group.StartsWith("eks:", StringComparison.Ordinal))
            ? throw Invalid("The kubernetes group name must not start with one of system:, eks:, aws:, amazon:, iam:.")
            : groups;
    }

    private AccessEntry Entry() =>
        cluster.AccessEntries.GetValueOrDefault(Principal)
        ?? throw new AwsException(404, "ResourceNotFoundException", "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.");

    private GatewayResponse Answer(AccessEntry entry) => GatewayResponse.Json(new JsonObject { ["accessEntry"] = entry.Describe(cluster.Name) });

    private static AwsException Invalid(string message) => new(400, "InvalidParameterException", message);
}

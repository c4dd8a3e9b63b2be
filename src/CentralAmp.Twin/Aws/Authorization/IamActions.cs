using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>IAM's own actions on roles, providers and policies.</summary>
internal static class IamActions
{
    public static IReadOnlyList<RequestedAction>? Of(ApiCall call, AuthorizationFacts facts) => call.Operation switch
    {
        "CreateRole" => Creating(call, $"arn:aws:iam::{call.AccountId}:role{call.Text("Path") ?? "/"}{call.Required("RoleName")}", "iam:TagRole", call.Text("PermissionsBoundary")),
        "GetRole" or "DeleteRole" or "UpdateRole" or "UpdateAssumeRolePolicy" or "GetRolePolicy" or "ListRolePolicies"
            or "ListAttachedRolePolicies" or "ListRoleTags" => [OnRole(call, facts)],
        "TagRole" => [OnRole(call, facts, _ => RequiredActions.RequestTags(call.Tags("Tags")))],
        "UntagRole" => [OnRole(call, facts, _ => RequestContext.Empty.With("aws:TagKeys", call.Strings("TagKeys")))],
        // Of the calls on an existing role, only these have the condition key iam:PermissionsBoundary.
        "PutRolePolicy" or "DeleteRolePolicy" => [OnRole(call, facts, Boundary)],
        "AttachRolePolicy" or "DetachRolePolicy" => [OnRole(call, facts, role => Boundary(role).With("iam:PolicyARN", call.Text("PolicyArn")))],
        "PutRolePermissionsBoundary" => [OnRole(call, facts, _ => RequestContext.Empty.With("iam:PermissionsBoundary", call.Text("PermissionsBoundary")))],
        "DeleteRolePermissionsBoundary" => [OnRole(call, facts, Boundary)],
        "CreateOpenIDConnectProvider" => Creating(call, Provider(call.AccountId, call.Required("Url")), "iam:TagOpenIDConnectProvider", boundary: null),
        "GetOpenIDConnectProvider" or "DeleteOpenIDConnectProvider" or "ListOpenIDConnectProviderTags" or "UpdateOpenIDConnectProviderThumbprint"
            or "AddClientIDToOpenIDConnectProvider" or "RemoveClientIDFromOpenIDConnectProvider" => [OnProvider(call, facts, RequestContext.Empty)],
        "TagOpenIDConnectProvider" => [OnProvider(call, facts, RequiredActions.RequestTags(call.Tags("Tags")))],
        "UntagOpenIDConnectProvider" => [OnProvider(call, facts, RequestContext.Empty.With("aws:TagKeys", call.Strings("TagKeys")))],
        "GetPolicy" or "GetPolicyVersion" => [RequiredActions.Action(call, call.Required("PolicyArn"))],
        "ListRoles" or "ListOpenIDConnectProviders" or "GetAccountSummary" => [RequiredActions.Action(call, "*")],
        _ => null,
    };

    // A creation with tags also needs the permission to tag. Both are checked for the new resource.
    private static IReadOnlyList<RequestedAction> Creating(ApiCall call, string arn, string tagAction, string? boundary)
    {
        var context = RequiredActions.RequestTags(call.Tags("Tags"));
        var create = RequiredActions.Action(call, arn, context.With("iam:PermissionsBoundary", boundary));
        return context["aws:TagKeys"] is null ? [create] : [create, new RequestedAction(tagAction, arn, context)];
    }

    private static RequestedAction OnRole(ApiCall call, AuthorizationFacts facts, Func<IamRole?, RequestContext>? context = null)
    {
        var name = call.Required("RoleName");
        var role = facts.Iam.RoleNamed(name);
        // Callers name a role without its path. A missing role is checked without a path.
        var arn = role?.Arn ?? $"arn:aws:iam::{call.AccountId}:role/{name}";
        var tags = role?.Tags ?? new Dictionary<string, string>();
        return RequiredActions.Action(call, arn, (context?.Invoke(role) ?? RequestContext.Empty)
            .WithTags("aws:ResourceTag", tags).WithTags("iam:ResourceTag", tags));
    }

    private static RequestedAction OnProvider(ApiCall call, AuthorizationFacts facts, RequestContext context)
    {
        var arn = call.Required("OpenIDConnectProviderArn");
        var tags = facts.Iam.Providers.GetValueOrDefault(arn)?.Tags ?? new Dictionary<string, string>();
        return RequiredActions.Action(call, arn, context.WithTags("aws:ResourceTag", tags));
    }

    private static RequestContext Boundary(IamRole? role) => RequestContext.Empty.With("iam:PermissionsBoundary", role?.BoundaryArn);

    private static string Provider(string accountId, string url) =>
        $"arn:aws:iam::{accountId}:oidc-provider/{url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..]}";
}

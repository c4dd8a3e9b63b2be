using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>The checks of Kubernetes for writes of RBAC objects.</summary>
internal static class RbacAdmission
{
    /// <exception cref="StatusException">403 when the user would grant more than he holds, 422 when a binding changes its role.</exception>
    public static void Check(Authorizer authorizer, UserInfo user, ResourceKind kind, JsonObject? before, JsonObject after)
    {
        if (kind == ResourceKind.Role || kind == ResourceKind.ClusterRole)
        {
            if (!JsonNode.DeepEquals(before.At("rules"), after.At("rules")))
                authorizer.RequireHeld(user, kind, after);
        }
        else if (kind == ResourceKind.RoleBinding || kind == ResourceKind.ClusterRoleBinding)
        {
            if (before is not null && !JsonNode.DeepEquals(before["roleRef"], after["roleRef"]))
                throw StatusException.Invalid(kind, after.Name(), new StatusCause("FieldValueInvalid", "Invalid value: cannot change roleRef", "roleRef"));
            if (before is null || !JsonNode.DeepEquals(before["subjects"], after["subjects"]))
                authorizer.RequireBindable(user, kind, after);
        }
    }
}

/// <summary>The 403 of the authorizer, worded as Kubernetes words it.</summary>
internal static class AccessDenied
{
    public static StatusException For(UserInfo user, AccessRequest request)
    {
        if (request.Path.Length > 0)
            return new StatusException(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {request.Verb} path \"{request.Path}\"");

        var resource = request.Group.Length == 0 ? request.Resource.Split('/')[0] : $"{request.Resource.Split('/')[0]}.{request.Group}";
        var scope = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        var subject = request.Name.Length > 0 ? $"{resource} \"{request.Name}\"" : resource;
        return new StatusException(403, "Forbidden", $"{subject} is forbidden: User \"{user.Name}\" cannot {request.Verb} resource " +
            $"\"{request.Resource}\" in API group \"{request.Group}\" {scope}")
        {
            Subject = (request.Name, request.Group, request.Resource.Split('/')[0]),
        };
    }
}

using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Access;

/// <summary>Role-based access control, evaluated from the RBAC objects in the store. Requests without a matching rule are denied.</summary>
public sealed class Authorizer(ObjectStore store)
{
    public bool Allows(UserInfo user, AccessRequest request) =>
        user.IsMaster || RulesOf(user, request.Namespace).Any(rule => rule.Allows(request));

    /// <summary>A user cannot grant permissions in a role that he does not hold, except with the verb <c>escalate</c>.</summary>
    /// <exception cref="StatusException">403.</exception>
    public void RequireHeld(UserInfo user, ResourceKind kind, JsonObject role)
    {
        if (user.IsMaster || Allows(user, new AccessRequest("escalate", kind.Group, kind.Plural, role.Namespace(), role.Name())))
            return;
        RequireHeld(user, kind, role.Name(), role.Namespace(), PolicyRule.Of(role));
    }

    /// <summary>A user cannot bind a role that has more permissions than he has, except with the verb <c>bind</c> on the role.</summary>
    /// <exception cref="StatusException">403, or 404 for the role.</exception>
    public void RequireBindable(UserInfo user, ResourceKind kind, JsonObject binding)
    {
        var (roleKind, name) = RoleOf(binding);
        if (user.IsMaster || Allows(user, new AccessRequest("bind", roleKind.Group, roleKind.Plural, binding.Namespace(), name)))
            return;
        var role = store.Find(roleKind, binding.Namespace(), name) ?? throw StatusException.NotFound(roleKind, name);
        RequireHeld(user, kind, binding.Name(), binding.Namespace(), PolicyRule.Of(role));
    }

    private void RequireHeld(UserInfo user, ResourceKind kind, string name, string ns, IEnumerable<PolicyRule> rules)
    {
        var held = RulesOf(user, ns);
        var missing = rules.Where(rule => !rule.IsCoveredBy(held)).ToList();
        if (missing.Count > 0)
        {
            var groups = string.Join(' ', user.Groups.Select(g => $"\"{g}\""));
            throw StatusException.Forbidden(kind, name, $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions " +
                "not currently held:\n" + string.Join('\n', missing));
        }
    }

    private List<PolicyRule> RulesOf(UserInfo user, string ns)
    {
        var bindings = store.List(ResourceKind.ClusterRoleBinding);
        if (ns.Length > 0)
            bindings = [.. bindings, .. store.List(ResourceKind.RoleBinding, ns)];
        return [.. bindings
            .Where(binding => binding.ObjectsAt("subjects").Any(subject => Is(user, subject, binding.Namespace())))
            .Select(binding => (Binding: binding, Role: RoleOf(binding)))
            .Select(b => store.Find(b.Role.Kind, b.Binding.Namespace(), b.Role.Name))
            .Where(role => role is not null)
            .SelectMany(role => PolicyRule.Of(role!))];
    }

    private static bool Is(UserInfo user, JsonObject subject, string bindingNamespace)
    {
        var name = subject.TextAt("name");
        return subject.TextAt("kind") switch
        {
            "User" => user.Name == name,
            "Group" => name is not null && user.Groups.Contains(name),
            "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.TextAt("namespace") ?? bindingNamespace}:{name}",
            _ => false,
        };
    }

    private static (ResourceKind Kind, string Name) RoleOf(JsonObject binding) =>
        (binding.TextAt("roleRef", "kind") == ResourceKind.Role.Kind ? ResourceKind.Role : ResourceKind.ClusterRole,
            binding.TextAt("roleRef", "name") ?? "");
}

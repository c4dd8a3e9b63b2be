namespace CentralAmp.Twin.Aws.Policies;

/// <summary>Why a call is denied.</summary>
public enum DenialKind
{
    None,
    NoIdentityPolicyAllows,
    NoBoundaryAllows,
    NoServiceControlPolicyAllows,
    NoResourcePolicyAllows,
    IdentityPolicyDenies,
    BoundaryDenies,
    ServiceControlPolicyDenies,
    ResourcePolicyDenies,
}

/// <summary>A request for one action on one resource, with its condition keys.</summary>
public sealed record RequestedAction(string Action, string Resource, RequestContext Context);

/// <summary>All policies of a caller. A null boundary or null SCPs do not limit.</summary>
public sealed record CallerPolicies(
    IReadOnlyList<PolicyDocument> Identity,
    PolicyDocument? Boundary,
    IReadOnlyList<PolicyDocument>? ServiceControl);

/// <summary>The caller in the terms of a resource policy.</summary>
/// <param name="Kind"><c>AWS</c>, <c>Federated</c> or <c>Service</c>.</param>
/// <param name="Names">Every name that a policy may use for the caller: role ARN, session ARN, account ARN, account id, provider ARN.</param>
public sealed record CallerNames(string Kind, IReadOnlyList<string> Names);

/// <summary>
/// IAM's evaluation logic for what the twin needs: an explicit deny anywhere wins; then service control policies, the
/// boundary and the identity policies must all allow. Pure; nothing is allowed by default.
/// </summary>
public static class PolicyEvaluator
{
    public static DenialKind Evaluate(CallerPolicies policies, RequestedAction request)
    {
        var (control, boundary) = (policies.ServiceControl ?? [], policies.Boundary);
        if (control.Any(policy => Says(policy, request, allows: false)))
            return DenialKind.ServiceControlPolicyDenies;
        if (boundary is not null && Says(boundary, request, allows: false))
            return DenialKind.BoundaryDenies;
        if (policies.Identity.Any(policy => Says(policy, request, allows: false)))
            return DenialKind.IdentityPolicyDenies;

        if (policies.ServiceControl is not null && !control.Any(policy => Says(policy, request, allows: true)))
            return DenialKind.NoServiceControlPolicyAllows;
        if (!policies.Identity.Any(policy => Says(policy, request, allows: true)))
            return DenialKind.NoIdentityPolicyAllows;
        return boundary is null || Says(boundary, request, allows: true) ? DenialKind.None : DenialKind.NoBoundaryAllows;
    }

    /// <summary>A resource's own policy: a trust policy (which has no Resource element) or that of an event bus.</summary>
    public static DenialKind EvaluateResourcePolicy(PolicyDocument policy, CallerNames caller, RequestedAction request)
    {
        var relevant = policy.Statements.Where(statement => Concerns(statement, caller) && Concerns(statement, request)).ToList();
        return relevant.Exists(statement => !statement.Allows) ? DenialKind.ResourcePolicyDenies
            : relevant.Count > 0 ? DenialKind.None : DenialKind.NoResourcePolicyAllows;
    }

    /// <summary>AWS's message for a denial.</summary>
    public static string Describe(DenialKind denial, string callerArn, RequestedAction request)
    {
        var reason = denial switch
        {
            DenialKind.NoIdentityPolicyAllows => $"because no identity-based policy allows the {request.Action} action",
            DenialKind.NoBoundaryAllows => $"because no permissions boundary allows the {request.Action} action",
            DenialKind.NoServiceControlPolicyAllows => $"because no service control policy allows the {request.Action} action",
            DenialKind.NoResourcePolicyAllows => $"because no resource-based policy allows the {request.Action} action",
            DenialKind.IdentityPolicyDenies => "with an explicit deny in an identity-based policy",
            DenialKind.BoundaryDenies => "with an explicit deny in a permissions boundary",
            DenialKind.ServiceControlPolicyDenies => "with an explicit deny in a service control policy",
            DenialKind.ResourcePolicyDenies => "with an explicit deny in a resource-based policy",
            _ => throw new ArgumentOutOfRangeException(nameof(denial), denial, "an allowed call has no refusal"),
        };
        return $"User: {callerArn} is not authorized to perform: {request.Action} on resource: {request.Resource} {reason}";
    }

    private static bool Says(PolicyDocument policy, RequestedAction request, bool allows) =>
        policy.Statements.Any(statement => statement.Allows == allows && Concerns(statement, request));

    private static bool Concerns(PolicyStatement statement, RequestedAction request) =>
        statement.Actions.Any(action => Glob.Matches(action, request.Action, StringComparison.OrdinalIgnoreCase)) != statement.NotActions
        && ConcernsResource(statement, request)
        && Conditions.Hold(statement.Conditions, request.Context);

    private static bool ConcernsResource(PolicyStatement statement, RequestedAction request) =>
        // A trust policy names no resource: it is attached to it.
        (statement.Resources.Count == 0 && statement.Principals.Count > 0)
        || statement.Resources.Select(request.Context.Substitute).OfType<string>().Any(pattern => Glob.MatchesArn(pattern, request.Resource)) != statement.NotResources;

    private static bool Concerns(PolicyStatement statement, CallerNames caller) =>
        statement.Principals.Any(principal => principal switch
        {
            { Kind: "*" } or { Kind: "AWS", Value: "*" } => principal.Value == "*" && caller.Kind == "AWS",
            _ => principal.Kind == caller.Kind && caller.Names.Contains(principal.Value),
        });
}

using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>Collects a caller's policies and evaluates them.</summary>
/// <param name="serviceControlPolicies">Documents by account; an account without documents has AWS's default, which allows everything.</param>
public sealed class Authorizer(IamView iam, IReadOnlyDictionary<string, IReadOnlyList<PolicyDocument>> serviceControlPolicies)
{
    /// <exception cref="AwsException">The call is denied, with AWS's message.</exception>
    public void Demand(Caller caller, RequestedAction action)
    {
        var denial = Judge(caller, action);
        if (denial != DenialKind.None)
            throw AwsException.AccessDenied(PolicyEvaluator.Describe(denial, caller.Arn, action));
    }

    /// <summary>The combined decision of identity policies, boundary and service control policies.</summary>
    public DenialKind Judge(Caller caller, RequestedAction action)
    {
        if (caller.IsOperator)
            return DenialKind.None;

        // A role that was recreated under the same name is another role: sessions of the old one have no permissions.
        var role = iam.InEffect(caller.AccountId).Roles.GetValueOrDefault(caller.RoleArn!);
        if (role is null || role.Id != caller.RoleId)
            return DenialKind.NoIdentityPolicyAllows;

        return PolicyEvaluator.Evaluate(
            new CallerPolicies(role.Policies, role.Boundary, serviceControlPolicies.GetValueOrDefault(caller.AccountId)),
            action with { Context = action.Context.With(GlobalKeys(caller, role, action.Resource)) });
    }

    /// <summary>The names by which a resource policy may identify this caller.</summary>
    public static CallerNames NamesOf(Caller caller) => new("AWS",
        [.. ((string?[])[caller.RoleArn, caller.Arn, $"arn:aws:iam::{caller.AccountId}:root", caller.AccountId]).OfType<string>()]);

    /// <summary>The condition keys that every request carries.</summary>
    public static RequestContext GlobalKeys(Caller caller, IamRole? role, string resource) => RequestContext.Empty
        .With("aws:PrincipalArn", caller.RoleArn ?? caller.Arn)
        .With("aws:PrincipalAccount", caller.AccountId)
        .With("aws:PrincipalOrgID", TwinAccounts.OrganizationId)
        .With("aws:PrincipalType", caller.IsOperator ? "User" : "AssumedRole")
        .With("aws:PrincipalIsAWSService", "false")
        .With("aws:userid", caller.UserId)
        .With("aws:SecureTransport", "true")
        .With("aws:ViaAWSService", "false")
        .With("aws:ResourceAccount", Arn.TryParse(resource)?.AccountId is { Length: > 0 } owner ? owner : caller.AccountId)
        .With("aws:ResourceOrgID", TwinAccounts.OrganizationId)
        .WithTags("aws:PrincipalTag", role?.Tags ?? new Dictionary<string, string>());
}

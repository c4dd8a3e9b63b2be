using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>Resource policies of event buses: for a caller of another account they must allow the event, in addition to the caller's own policies.</summary>
/// <param name="find">Policy of an event bus by its ARN; null if it has none.</param>
public sealed class BusPolicies(IamView iam, Func<string, PolicyDocument?> find)
{
    public void Demand(Caller caller, RequestedAction action)
    {
        if (action.Action != "events:PutEvents" || Arn.TryParse(action.Resource)?.AccountId == caller.AccountId)
            return;
        var role = caller.RoleArn is { } arn ? iam.InEffect(caller.AccountId).Roles.GetValueOrDefault(arn) : null;
        var context = action.Context.With(Authorizer.GlobalKeys(caller, role, action.Resource));
        var denial = find(action.Resource) is { } policy
            ? PolicyEvaluator.EvaluateResourcePolicy(policy, Authorizer.NamesOf(caller), action with { Context = context })
            : DenialKind.NoResourcePolicyAllows;
        if (denial != DenialKind.None)
            throw AwsException.AccessDenied(PolicyEvaluator.Describe(denial, caller.Arn, action));
    }
}

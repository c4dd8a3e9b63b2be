using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using Amazon.Runtime;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Trust;

namespace CentralAmp.Offboarding;

/// <summary>The account whose IAM is meant: the hub account (<see cref="Member"/> is null) or the account of a cluster.</summary>
public sealed record TrustAccount(ClusterReference? Member, ExecutionReference Execution)
{
    public override string ToString() => Member is null ? "the hub account" : $"account {Member.AccountId}";
}

/// <summary>The IAM calls that remove trust, in the hub account and in member accounts. A missing resource is null or false, never an error.</summary>
/// <param name="member">Creates a client for the IAM of a cluster's account with the member role that manages; disposed after each call.</param>
public sealed class IamIssuedTrust(
    IAmazonIdentityManagementService hub,
    Func<ClusterReference, ExecutionReference, CancellationToken, Task<IAmazonIdentityManagementService>> member)
{
    public Task<ObservedRole?> FindRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken) =>
        FindAsync(account, $"reading the role {name}", async iam =>
        {
            var role = (await iam.GetRoleAsync(new GetRoleRequest { RoleName = name }, cancellationToken)).Role;
            return new ObservedRole(
                role.Arn, role.AssumeRolePolicyDocument ?? "", role.PermissionsBoundary?.PermissionsBoundaryArn ?? "", TagsOf(role.Tags));
        }, cancellationToken);

    public Task<ObservedProvider?> FindProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken) =>
        FindAsync(account, $"reading the provider {arn}", async iam =>
        {
            var provider = await iam.GetOpenIDConnectProviderAsync(new GetOpenIDConnectProviderRequest { OpenIDConnectProviderArn = arn }, cancellationToken);
            return new ObservedProvider(provider.ClientIDList ?? [], TagsOf(provider.Tags));
        }, cancellationToken);

    /// <returns>The document of the role's inline policy, URL-encoded as IAM returns it.</returns>
    public Task<string?> FindPolicyAsync(TrustAccount account, string role, string policy, CancellationToken cancellationToken) =>
        FindAsync(
            account,
            $"reading the policy {policy} of {role}",
            async iam => (await iam.GetRolePolicyAsync(new GetRolePolicyRequest { RoleName = role, PolicyName = policy }, cancellationToken)).PolicyDocument,
            cancellationToken);

    public Task<bool> PutPolicyAsync(TrustAccount account, string role, string policy, string document, CancellationToken cancellationToken) =>
        ChangeRoleAsync(
            account,
            role,
            $"writing the policy {policy} of {role}",
            iam => iam.PutRolePolicyAsync(
                new PutRolePolicyRequest { RoleName = role, PolicyName = policy, PolicyDocument = document }, cancellationToken),
            cancellationToken);

    /// <summary>Deletes the role and all its inline policies.</summary>
    public Task<bool> DeleteRoleAsync(TrustAccount account, string name, CancellationToken cancellationToken) =>
        ChangeRoleAsync(account, name, $"deleting the role {name}", async iam =>
        {
            var policies = await iam.ListRolePoliciesAsync(new ListRolePoliciesRequest { RoleName = name }, cancellationToken);
            foreach (var policy in policies.PolicyNames ?? [])
            {
                await iam.DeleteRolePolicyAsync(new DeleteRolePolicyRequest { RoleName = name, PolicyName = policy }, cancellationToken);
            }

            await iam.DeleteRoleAsync(new DeleteRoleRequest { RoleName = name }, cancellationToken);
        }, cancellationToken);

    public Task<bool> DeleteProviderAsync(TrustAccount account, string arn, CancellationToken cancellationToken) => DoAsync(
        account,
        $"deleting the provider {arn}",
        iam => iam.DeleteOpenIDConnectProviderAsync(new DeleteOpenIDConnectProviderRequest { OpenIDConnectProviderArn = arn }, cancellationToken),
        cancellationToken);

    /// <summary>
    /// Two offboardings of one cluster run beside each other if its DeleteCluster event arrives twice; one can change a role that the other
    /// has just removed. IAM checks a missing role by an ARN without its path, which no policy of CentralAmp names, and denies the call.
    /// </summary>
    private async Task<bool> ChangeRoleAsync(
        TrustAccount account, string role, string doing, Func<IAmazonIdentityManagementService, Task> act, CancellationToken cancellationToken)
    {
        try
        {
            return await DoAsync(account, doing, act, cancellationToken);
        }
        catch (BlockedException denied) when (denied.InnerException is AmazonServiceException e && AwsFailures.IsDenial(e) && !AwsFailures.IsDeniedByGuardrail(e))
        {
            if (await FindRoleAsync(account, role, cancellationToken) is not null)
            {
                throw;
            }

            return false;
        }
    }

    private async Task<bool> DoAsync(
        TrustAccount account, string doing, Func<IAmazonIdentityManagementService, Task> act, CancellationToken cancellationToken) =>
        await FindAsync(account, doing, async iam =>
        {
            await act(iam);
            return "done";
        }, cancellationToken) is not null;

    private async Task<T?> FindAsync<T>(
        TrustAccount account, string doing, Func<IAmazonIdentityManagementService, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        var iam = account.Member is { } cluster ? await member(cluster, account.Execution, cancellationToken) : hub;
        try
        {
            return await call(iam);
        }
        catch (NoSuchEntityException)
        {
            return null;
        }
        catch (DeleteConflictException e)
        {
            throw new BlockedException(
                Causes.RoleForeign,
                $"While {doing} in {account}: the role has attachments that CentralAmp did not make ({e.Message}).",
                "Detach all managed policies and instance profiles from that role, then execute again.",
                e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"{doing} in {account}", account.Member is null ? CallSide.Hub : CallSide.Member, out var failure))
        {
            throw failure;
        }
        finally
        {
            if (account.Member is not null)
            {
                iam.Dispose();
            }
        }
    }

    private static Dictionary<string, string> TagsOf(List<Tag>? tags) =>
        (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
}

using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Failures;

namespace CentralAmp.Trust;

/// <summary>IAM of the hub with the function's own credentials, and of member accounts with one of the member roles.</summary>
/// <param name="hubRegion">IAM is global; the region names the partition.</param>
public sealed class IamTrustStores(AwsClients clients, string hubRegion) : ITrustStores
{
    // Created on first use: not every execution of a step needs it.
    private readonly Lazy<ITrustStore> hub = new(() => new IamTrustStore(clients.Iam(hubRegion)));

    public ITrustStore Hub => hub.Value;

    public async Task<ITrustStore> MemberAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken) =>
        new IamTrustStore(await clients.MemberIamAsync(cluster, role, execution, cancellationToken), CallSide.Member, owned: true);
}

/// <summary>IAM of one account.</summary>
/// <param name="side">Whose credentials the client has.</param>
/// <param name="owned">Whether the store disposes the client.</param>
public sealed class IamTrustStore(IAmazonIdentityManagementService iam, CallSide side = CallSide.Hub, bool owned = false) : ITrustStore
{
    public void Dispose()
    {
        if (owned)
        {
            iam.Dispose();
        }
    }

    public async Task<ObservedTrust> ObserveAsync(DesiredTrust desired, CancellationToken cancellationToken)
    {
        var provider = desired.ProviderArn is null ? null : await FindAsync($"reading the provider {desired.ProviderArn}", async () =>
        {
            var answer = await iam.GetOpenIDConnectProviderAsync(
                new GetOpenIDConnectProviderRequest { OpenIDConnectProviderArn = desired.ProviderArn }, cancellationToken);
            return new ObservedProvider(answer.ClientIDList ?? [], TagsOf(answer.Tags));
        });
        var role = await FindRoleAsync(desired.RoleName, cancellationToken);
        var policy = role is null ? null : await FindAsync($"reading the policy {desired.PolicyName} of {desired.RoleArn}", async () =>
        {
            var answer = await iam.GetRolePolicyAsync(
                new GetRolePolicyRequest { RoleName = desired.RoleName, PolicyName = desired.PolicyName }, cancellationToken);
            return answer.PolicyDocument;
        });
        return new ObservedTrust(provider, role, policy);
    }

    public Task<ObservedRole?> FindRoleAsync(string roleName, CancellationToken cancellationToken) => FindAsync($"reading the role {roleName}", async () =>
    {
        var answer = await iam.GetRoleAsync(new GetRoleRequest { RoleName = roleName }, cancellationToken);
        return new ObservedRole(
            answer.Role.Arn,
            answer.Role.AssumeRolePolicyDocument ?? "",
            answer.Role.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
            TagsOf(answer.Role.Tags));
    });

    public async Task<bool> ActAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(action, desired, cancellationToken);
            return true;
        }
        catch (EntityAlreadyExistsException)
        {
            return false;
        }
        catch (NoSuchEntityException)
        {
            return false;
        }
        catch (LimitExceededException e) when (action == TrustAction.CreateProvider)
        {
            throw new BlockedException(
                Causes.ProviderQuotaReached,
                $"While registering {desired.Issuer} in the {(side == CallSide.Hub ? "hub" : "member")} account: its quota of OIDC providers is reached ({e.Message}).",
                "Raise the quota 'OpenId connect providers per account' (to 700 at most)"
                + (side == CallSide.Hub
                    ? ", or use trust mode 'chained' (or 'auto'), which keeps providers in the member accounts."
                    : " in the member account, or delete providers of clusters that are gone."),
                e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"doing {action} for {desired.RoleArn}", side, out var failure))
        {
            throw failure;
        }
    }

    public async Task<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await iam.ListOpenIDConnectProvidersAsync(new ListOpenIDConnectProvidersRequest(), cancellationToken);
            return [.. (answer.OpenIDConnectProviderList ?? []).Select(provider => provider.Arn)];
        }
        catch (Exception e) when (AwsFailures.TryMap(e, "listing the OIDC providers of the account", side, out var failure))
        {
            throw failure;
        }
    }

    private Task WriteAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken) => action switch
    {
        // Without a thumbprint: IAM fetches it, and trusts EKS's CA anyway (aws.md, "IAM OIDC provider").
        TrustAction.CreateProvider => iam.CreateOpenIDConnectProviderAsync(
            new CreateOpenIDConnectProviderRequest
            {
                Url = desired.Issuer,
                ClientIDList = [DesiredTrust.Audience],
                Tags = Tags(desired.ProviderTags),
            },
            cancellationToken),
        TrustAction.CreateRole => iam.CreateRoleAsync(
            new CreateRoleRequest
            {
                RoleName = desired.RoleName,
                Path = desired.RolePath,
                AssumeRolePolicyDocument = desired.TrustPolicy,
                PermissionsBoundary = desired.BoundaryArn,
                Description = desired.Description,
                Tags = Tags(desired.RoleTags),
            },
            cancellationToken),
        TrustAction.PutBoundary => iam.PutRolePermissionsBoundaryAsync(
            new PutRolePermissionsBoundaryRequest { RoleName = desired.RoleName, PermissionsBoundary = desired.BoundaryArn }, cancellationToken),
        TrustAction.TagRole => iam.TagRoleAsync(
            new TagRoleRequest { RoleName = desired.RoleName, Tags = Tags(desired.RoleTags) }, cancellationToken),
        TrustAction.UpdateTrustPolicy => iam.UpdateAssumeRolePolicyAsync(
            new UpdateAssumeRolePolicyRequest { RoleName = desired.RoleName, PolicyDocument = desired.TrustPolicy }, cancellationToken),
        TrustAction.PutPolicy => iam.PutRolePolicyAsync(
            new PutRolePolicyRequest { RoleName = desired.RoleName, PolicyName = desired.PolicyName, PolicyDocument = desired.Policy },
            cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action."),
    };

    private async Task<T?> FindAsync<T>(string doing, Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (NoSuchEntityException)
        {
            return null;
        }
        catch (Exception e) when (AwsFailures.TryMap(e, doing, side, out var failure))
        {
            throw failure;
        }
    }

    private static List<Tag> Tags(IReadOnlyDictionary<string, string> tags) => [.. tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static Dictionary<string, string> TagsOf(List<Tag>? tags) =>
        (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
}

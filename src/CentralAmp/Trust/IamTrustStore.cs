using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Failures;

namespace CentralAmp.Trust;

/// <summary>IAM of the hub account.</summary>
public sealed class IamTrustStore(IAmazonIdentityManagementService iam) : ITrustStore
{
    public async Task<ObservedTrust> GatherAsync(DesiredTrust desired, CancellationToken cancellationToken)
    {
        var provider = await FindAsync($"reading the provider {desired.ProviderArn}", async () =>
        {
            var answer = await iam.GetOpenIDConnectProviderAsync(
                new GetOpenIDConnectProviderRequest { OpenIDConnectProviderArn = desired.ProviderArn }, cancellationToken);
            return new ObservedProvider(answer.ClientIDList ?? [], TagsOf(answer.Tags));
        });
        var role = await FindAsync($"reading the role {desired.RoleArn}", async () =>
        {
            var answer = await iam.GetRoleAsync(new GetRoleRequest { RoleName = desired.RoleName }, cancellationToken);
            return new ObservedRole(
                answer.Role.Arn,
                answer.Role.AssumeRolePolicyDocument ?? "",
                answer.Role.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
                TagsOf(answer.Role.Tags));
        });
        var policy = role is null ? null : await FindAsync($"reading the policy {IngestRole.PolicyName} of {desired.RoleArn}", async () =>
        {
            var answer = await iam.GetRolePolicyAsync(
                new GetRolePolicyRequest { RoleName = desired.RoleName, PolicyName = IngestRole.PolicyName }, cancellationToken);
            return answer.PolicyDocument;
        });
        return new ObservedTrust(provider, role, policy);
    }

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
                $"While registering {desired.Issuer} in the hub account: it has as many OIDC providers as it may ({e.Message}).",
                "Raise the quota 'OpenId connect providers per account' (to 700 at most), or use trust mode 'chained', which keeps providers in the member accounts.",
                e);
        }
        catch (Exception e) when (FailureMapping.TryMap(e, $"doing {action} for {desired.RoleArn}", CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    public async Task<int> CountProvidersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await iam.ListOpenIDConnectProvidersAsync(new ListOpenIDConnectProvidersRequest(), cancellationToken);
            return answer.OpenIDConnectProviderList?.Count ?? 0;
        }
        catch (Exception e) when (FailureMapping.TryMap(e, "counting the OIDC providers of the hub account", CallSide.Hub, out var failure))
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
                Description = "Made by CentralAmp: one cluster's collector writes to one workspace.",
                Tags = Tags(desired.RoleTags),
            },
            cancellationToken),
        TrustAction.PutBoundary => iam.PutRolePermissionsBoundaryAsync(
            new PutRolePermissionsBoundaryRequest { RoleName = desired.RoleName, PermissionsBoundary = desired.BoundaryArn }, cancellationToken),
        TrustAction.TagRole => iam.TagRoleAsync(
            new TagRoleRequest { RoleName = desired.RoleName, Tags = Tags(desired.RoleTags) }, cancellationToken),
        TrustAction.UpdateTrustPolicy => iam.UpdateAssumeRolePolicyAsync(
            new UpdateAssumeRolePolicyRequest { RoleName = desired.RoleName, PolicyDocument = desired.TrustPolicy }, cancellationToken),
        TrustAction.PutIngestPolicy => iam.PutRolePolicyAsync(
            new PutRolePolicyRequest { RoleName = desired.RoleName, PolicyName = IngestRole.PolicyName, PolicyDocument = desired.IngestPolicy },
            cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action."),
    };

    private static async Task<T?> FindAsync<T>(string doing, Func<Task<T>> read)
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
        catch (Exception e) when (FailureMapping.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private static List<Tag> Tags(IReadOnlyDictionary<string, string> tags) => [.. tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static Dictionary<string, string> TagsOf(List<Tag>? tags) =>
        (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
}

using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Settings;
using CentralAmp.Trust;

namespace CentralAmp.Sweep;

public enum ResourceKind
{
    Role,
    Provider,
}

/// <summary>A role or provider with its tags, which show whether CentralAmp manages it.</summary>
public sealed record TaggedResource(ResourceKind Kind, string Arn, IReadOnlyDictionary<string, string> Tags);

/// <summary>The roles and providers of one account that CentralAmp may manage.</summary>
public interface IManagedResources
{
    /// <param name="accountId">Null for the hub account.</param>
    /// <param name="next">Null for the first page.</param>
    Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> PageAsync(
        string? accountId, string? next, ExecutionReference execution, CancellationToken cancellationToken);
}

/// <summary>Reads the roles in CentralAmp's path first, then the providers. IAM lists them without tags, so each one is read.</summary>
public sealed class IamManagedResources(AwsClients clients, HubSettings settings) : IManagedResources
{
    /// <summary>A function must read a page within its timeout of a minute, at IAM's request rate.</summary>
    private const int PageSize = 50;

    private const string Roles = "roles ";
    private const string Providers = "providers ";

    public async Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> PageAsync(
        string? accountId, string? next, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var side = accountId is null ? CallSide.Hub : CallSide.Member;
        var where = accountId is null ? "the hub account" : $"account {accountId}";
        using var member = accountId is null ? null : await clients.AccountIamAsync(accountId, settings.HubRegion, execution, cancellationToken);
        var iam = member ?? clients.Iam(settings.HubRegion);
        try
        {
            return next?.StartsWith(Providers, StringComparison.Ordinal) == true
                ? await ProvidersAsync(iam, next[Providers.Length..], cancellationToken)
                : await RolesAsync(iam, next?[Roles.Length..], cancellationToken);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, $"reading the roles and providers of {where}", side, out var failure))
        {
            throw failure;
        }
    }

    private async Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> RolesAsync(
        IAmazonIdentityManagementService iam, string? marker, CancellationToken cancellationToken)
    {
        var page = await iam.ListRolesAsync(new ListRolesRequest { PathPrefix = settings.RolePath, Marker = marker, MaxItems = PageSize }, cancellationToken);
        var resources = new List<TaggedResource>();
        foreach (var role in (page.Roles ?? []).Where(role => role.Path == settings.RolePath && IngestRole.IsName(role.RoleName)))
        {
            try
            {
                var read = await iam.GetRoleAsync(new GetRoleRequest { RoleName = role.RoleName }, cancellationToken);
                resources.Add(new TaggedResource(ResourceKind.Role, read.Role.Arn, TagsOf(read.Role.Tags)));
            }
            catch (NoSuchEntityException)
            {
                // Deleted since it was listed.
            }
        }

        return (resources, page.IsTruncated == true ? Roles + page.Marker : Providers);
    }

    /// <summary>Only providers that can be of a cluster: the others are not CentralAmp's to read. IAM returns the complete, small list at once. A page starts after the last ARN of the page before.</summary>
    private static async Task<(IReadOnlyList<TaggedResource> Resources, string? Next)> ProvidersAsync(
        IAmazonIdentityManagementService iam, string after, CancellationToken cancellationToken)
    {
        var list = await iam.ListOpenIDConnectProvidersAsync(new ListOpenIDConnectProvidersRequest(), cancellationToken);
        var rest = (list.OpenIDConnectProviderList ?? []).Select(provider => provider.Arn)
            .Where(arn => string.CompareOrdinal(arn, after) > 0 && IssuerHosts.IsProviderName(arn.Split(":oidc-provider/", 2)[^1])).Order(StringComparer.Ordinal).Take(PageSize + 1).ToList();
        var resources = new List<TaggedResource>();
        foreach (var arn in rest.Take(PageSize))
        {
            try
            {
                var read = await iam.GetOpenIDConnectProviderAsync(new GetOpenIDConnectProviderRequest { OpenIDConnectProviderArn = arn }, cancellationToken);
                resources.Add(new TaggedResource(ResourceKind.Provider, arn, TagsOf(read.Tags)));
            }
            catch (NoSuchEntityException)
            {
                // Deleted since it was listed.
            }
        }

        return (resources, rest.Count > PageSize ? Providers + rest[PageSize - 1] : null);
    }

    private static Dictionary<string, string> TagsOf(List<Tag>? tags) =>
        (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value ?? "", StringComparer.Ordinal);
}

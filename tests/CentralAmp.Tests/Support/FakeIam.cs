using Amazon.IdentityManagement;
using Amazon.IdentityManagement.Model;
using Amazon.Runtime;

namespace CentralAmp.Tests.Support;

/// <summary>IAM of one account in memory, with the errors of IAM. All other calls fail.</summary>
/// <param name="beforeWrite">Runs before every write.</param>
/// <param name="beforeDelete">Runs before every deletion instead.</param>
public sealed class FakeIam(string accountId, Action beforeWrite, Action? beforeDelete = null) : AmazonIdentityManagementServiceClient(
    new AnonymousAWSCredentials(), new AmazonIdentityManagementServiceConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 })
{
    public Dictionary<string, Role> Roles { get; } = [];

    /// <summary>Inline policies by role and name.</summary>
    public Dictionary<(string Role, string Policy), string> Policies { get; } = [];

    /// <summary>Roles to which another owner attached a managed policy.</summary>
    public HashSet<string> Attached { get; } = [];

    public Dictionary<string, (string Url, List<string> Audiences, List<Tag> Tags)> Providers { get; } = [];

    public override Task<GetRoleResponse> GetRoleAsync(GetRoleRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GetRoleResponse { Role = RoleOf(request.RoleName) });

    public override Task<GetRolePolicyResponse> GetRolePolicyAsync(GetRolePolicyRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GetRolePolicyResponse
        {
            PolicyDocument = Policies.TryGetValue((request.RoleName, request.PolicyName), out var document) ? document : throw NoSuchEntity(request.PolicyName),
        });

    public override Task<ListRolePoliciesResponse> ListRolePoliciesAsync(ListRolePoliciesRequest request, CancellationToken cancellationToken = default)
    {
        RoleOf(request.RoleName);
        return Task.FromResult(new ListRolePoliciesResponse { PolicyNames = [.. Policies.Keys.Where(key => key.Role == request.RoleName).Select(key => key.Policy)] });
    }

    public override Task<GetOpenIDConnectProviderResponse> GetOpenIDConnectProviderAsync(
        GetOpenIDConnectProviderRequest request, CancellationToken cancellationToken = default) =>
        Providers.TryGetValue(request.OpenIDConnectProviderArn, out var provider)
            ? Task.FromResult(new GetOpenIDConnectProviderResponse { Url = provider.Url, ClientIDList = provider.Audiences, Tags = provider.Tags })
            : throw NoSuchEntity(request.OpenIDConnectProviderArn);

    public override Task<ListOpenIDConnectProvidersResponse> ListOpenIDConnectProvidersAsync(
        ListOpenIDConnectProvidersRequest request, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ListOpenIDConnectProvidersResponse
        {
            OpenIDConnectProviderList = [.. Providers.Keys.Select(arn => new OpenIDConnectProviderListEntry { Arn = arn })],
        });

    public override Task<CreateRoleResponse> CreateRoleAsync(CreateRoleRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        var role = new Role
        {
            RoleName = request.RoleName,
            Arn = $"arn:aws:iam::{accountId}:role{request.Path}{request.RoleName}",
            AssumeRolePolicyDocument = request.AssumeRolePolicyDocument,
            PermissionsBoundary = new AttachedPermissionsBoundary { PermissionsBoundaryArn = request.PermissionsBoundary },
            Tags = request.Tags,
        };
        return Roles.TryAdd(role.RoleName, role)
            ? Task.FromResult(new CreateRoleResponse { Role = role })
            : throw new EntityAlreadyExistsException(role.RoleName);
    }

    public override Task<TagRoleResponse> TagRoleAsync(TagRoleRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        RoleOf(request.RoleName).Tags = request.Tags;
        return Task.FromResult(new TagRoleResponse());
    }

    public override Task<UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicyAsync(
        UpdateAssumeRolePolicyRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        RoleOf(request.RoleName).AssumeRolePolicyDocument = request.PolicyDocument;
        return Task.FromResult(new UpdateAssumeRolePolicyResponse());
    }

    public override Task<PutRolePolicyResponse> PutRolePolicyAsync(PutRolePolicyRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        RoleOf(request.RoleName);
        Policies[(request.RoleName, request.PolicyName)] = request.PolicyDocument;
        return Task.FromResult(new PutRolePolicyResponse());
    }

    public override Task<DeleteRolePolicyResponse> DeleteRolePolicyAsync(DeleteRolePolicyRequest request, CancellationToken cancellationToken = default)
    {
        (beforeDelete ?? beforeWrite)();
        return Policies.Remove((request.RoleName, request.PolicyName))
            ? Task.FromResult(new DeleteRolePolicyResponse())
            : throw NoSuchEntity(request.PolicyName);
    }

    public override Task<DeleteRoleResponse> DeleteRoleAsync(DeleteRoleRequest request, CancellationToken cancellationToken = default)
    {
        (beforeDelete ?? beforeWrite)();
        RoleOf(request.RoleName);
        if (Attached.Contains(request.RoleName) || Policies.Keys.Any(key => key.Role == request.RoleName))
        {
            throw new DeleteConflictException("Cannot delete entity, must detach all policies first.");
        }

        Roles.Remove(request.RoleName);
        return Task.FromResult(new DeleteRoleResponse());
    }

    public override Task<CreateOpenIDConnectProviderResponse> CreateOpenIDConnectProviderAsync(
        CreateOpenIDConnectProviderRequest request, CancellationToken cancellationToken = default)
    {
        beforeWrite();
        var arn = $"arn:aws:iam::{accountId}:oidc-provider/{request.Url["https://".Length..]}";
        return Providers.TryAdd(arn, (request.Url, request.ClientIDList, request.Tags))
            ? Task.FromResult(new CreateOpenIDConnectProviderResponse { OpenIDConnectProviderArn = arn })
            : throw new EntityAlreadyExistsException(arn);
    }

    public override Task<DeleteOpenIDConnectProviderResponse> DeleteOpenIDConnectProviderAsync(
        DeleteOpenIDConnectProviderRequest request, CancellationToken cancellationToken = default)
    {
        (beforeDelete ?? beforeWrite)();
        return Providers.Remove(request.OpenIDConnectProviderArn)
            ? Task.FromResult(new DeleteOpenIDConnectProviderResponse())
            : throw NoSuchEntity(request.OpenIDConnectProviderArn);
    }

    private Role RoleOf(string name) => Roles.TryGetValue(name, out var role) ? role : throw NoSuchEntity(name);

    private static NoSuchEntityException NoSuchEntity(string name) => new($"{name} cannot be found.");
}

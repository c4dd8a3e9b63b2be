using System.Collections.Concurrent;
using System.Text;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Aws.Signing;
using Microsoft.AspNetCore.WebUtilities;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>moto's IAM with checks that moto does not make, and with changes that take effect after a delay.</summary>
public sealed class IamService(IAwsService moto, IamView view, int providersPerAccount) : IAwsService
{
    private const int RoleNameLimit = 64;
    private const int TrustPolicyLimit = 2048;

    private readonly ConcurrentBag<(string Operation, string Parameter, Func<string, bool> Concerns, Func<string, string> Change)> interferences = [];

    /// <summary>Quotas of OIDC providers for accounts that differ from the default.</summary>
    public ConcurrentDictionary<string, int> ProviderQuotas { get; } = new();

    /// <summary>
    /// Changes one parameter of an operation's requests, as if somebody changed the role right after the operation. A second request would
    /// leave a moment in which a snapshot of another cluster's change contains the role as it was requested.
    /// </summary>
    /// <param name="concerns">Selects roles by their name.</param>
    public void Interfere(string operation, string parameter, Func<string, bool> concerns, Func<string, string> change) =>
        interferences.Add((operation, parameter, concerns, change));

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        Check(request.Call);
        var response = await moto.HandleAsync(request with { Http = Interfered(request) }, cancellationToken);
        if (response.Status >= 300 || !Writes.IsWrite("iam", request.Call.Operation))
            return response;

        await view.RefreshAsync(request.Call.AccountId, atOnce: false, cancellationToken);
        return response;
    }

    // The operators of the accounts may repair what was changed, so their requests stay as they are.
    private SignedRequest Interfered(GatewayRequest request)
    {
        var concerned = interferences.Where(item => item.Operation == request.Call.Operation && item.Concerns(request.Call.Required("RoleName"))).ToList();
        if (request.Caller.IsOperator || concerned.Count == 0)
            return request.Http;

        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(request.Http.Body.Span)).ToDictionary(field => field.Key, field => field.Value.ToString());
        foreach (var (_, parameter, _, change) in concerned)
            form[parameter] = change(form[parameter]);
        return request.Http with { Body = Encoding.UTF8.GetBytes(QueryHelpers.AddQueryString("", form!)[1..]) };
    }

    private void Check(ApiCall call)
    {
        var snapshot = view.Newest(call.AccountId);
        switch (call.Operation)
        {
            case "CreateRole":
                if (call.Required("RoleName").Length > RoleNameLimit)
                    throw Invalid($"1 validation error detected: Value '{call.Text("RoleName")}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to {RoleNameLimit}");
                if (call.Text("PermissionsBoundary") is { } boundary && !snapshot.PolicyArns.Contains(boundary))
                    throw new AwsException(404, "NoSuchEntity", $"Scope ARN: {boundary} does not exist or is not attachable.");
                CheckTrust(call.Required("AssumeRolePolicyDocument"));
                break;
            case "UpdateAssumeRolePolicy":
                CheckTrust(call.Required("PolicyDocument"));
                break;
            case "CreateOpenIDConnectProvider" when snapshot.Providers.Count >= QuotaOf(call.AccountId) && !IsThere(snapshot, call.Required("Url")):
                throw new AwsException(409, "LimitExceeded", $"Cannot exceed quota for OpenIdConnectProvidersPerAccount: {QuotaOf(call.AccountId)}");
            case "DeleteOpenIDConnectProvider" when !snapshot.Providers.ContainsKey(call.Required("OpenIDConnectProviderArn")):
                throw new AwsException(404, "NoSuchEntity", $"OpenIDConnect Provider not found for arn {call.Text("OpenIDConnectProviderArn")}");
        }
    }

    private int QuotaOf(string accountId) => ProviderQuotas.GetValueOrDefault(accountId, providersPerAccount);

    // An existing provider is refused as a duplicate, also when the quota is reached.
    private static bool IsThere(IamSnapshot snapshot, string url) =>
        snapshot.Providers.Keys.Any(arn => arn.EndsWith($":oidc-provider/{url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..]}", StringComparison.Ordinal));

    private void CheckTrust(string document)
    {
        if (document.Count(c => !char.IsWhiteSpace(c)) > TrustPolicyLimit)
            throw new AwsException(409, "LimitExceeded", $"Cannot exceed quota for ACLSizePerRole: {TrustPolicyLimit}");

        try
        {
            foreach (var principal in PolicyDocument.Parse(document).Statements.SelectMany(statement => statement.Principals))
                CheckPrincipal(principal);
        }
        catch (FormatException e)
        {
            throw new AwsException(400, "MalformedPolicyDocument", e.Message);
        }
    }

    // A role that a trust policy names by its ARN must exist, also in another account.
    private void CheckPrincipal(PolicyPrincipal principal)
    {
        if (principal.Kind == "AWS" && Arn.TryParse(principal.Value) is { Service: "iam" } arn
            && arn.Resource.StartsWith("role/", StringComparison.Ordinal)
            && !view.Newest(arn.AccountId).Roles.ContainsKey(principal.Value))
            throw new AwsException(400, "MalformedPolicyDocument", $"Invalid principal in policy: \"AWS\":\"{principal.Value}\"");
    }

    private static AwsException Invalid(string message) => new(400, "ValidationError", message);
}

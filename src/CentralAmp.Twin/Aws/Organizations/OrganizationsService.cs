using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Gateway;

namespace CentralAmp.Twin.Aws.Organizations;

/// <summary>AWS Organizations: the read operations of a delegated administrator.</summary>
public sealed class OrganizationsService(TwinOrganization organization) : IAwsService
{
    public Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken) => Task.FromResult(Answer(request));

    private GatewayResponse Answer(GatewayRequest request)
    {
        if (!organization.MayAsk(request.Call.AccountId))
            throw new AwsException(400, "AccessDeniedException", "You don't have permissions to access this resource.");
        return request.Call.Operation switch
        {
            "ListAccounts" => ListAccounts(request.Call.Text("NextToken")),
            "DescribeOrganization" => GatewayResponse.Json(new JsonObject
            {
                ["Organization"] = new JsonObject
                {
                    ["Id"] = TwinAccounts.OrganizationId,
                    ["MasterAccountId"] = TwinAccounts.Management,
                    ["FeatureSet"] = "ALL",
                },
            }),
            _ => throw AwsException.NotImplemented($"organizations:{request.Call.Operation}"),
        };
    }

    private GatewayResponse ListAccounts(string? token)
    {
        var (from, all) = (int.Parse(token ?? "0", CultureInfo.InvariantCulture), organization.Accounts);
        var page = all.Skip(from).Take(organization.PageSize).ToList();
        return GatewayResponse.Json(new JsonObject
        {
            ["Accounts"] = new JsonArray([.. page.Select(Describe)]),
            ["NextToken"] = from + page.Count < all.Count ? (from + page.Count).ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static JsonObject Describe(OrganizationAccount account) => new()
    {
        ["Id"] = account.Id,
        ["Arn"] = $"arn:aws:organizations::{TwinAccounts.Management}:account/{TwinAccounts.OrganizationId}/{account.Id}",
        ["Name"] = TwinAccounts.NameOf(account.Id),
        ["Email"] = $"{account.Id}@example.com",
        ["Status"] = account.Status,
        ["JoinedMethod"] = "CREATED",
        ["JoinedTimestamp"] = 1735689600,
    };
}

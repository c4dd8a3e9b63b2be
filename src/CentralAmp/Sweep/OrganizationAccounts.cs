using Amazon.Organizations;
using Amazon.Organizations.Model;
using CentralAmp.Aws;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Sweep;

/// <summary>The accounts of the organization, page by page.</summary>
public interface IOrganizationAccounts
{
    /// <param name="next">Null for the first page.</param>
    /// <exception cref="BlockedException">OrganizationsDenied.</exception>
    Task<(IReadOnlyList<string> Accounts, string? Next)> PageAsync(string? next, CancellationToken cancellationToken);
}

/// <summary>Calls Organizations, which lists accounts only for the management account and delegated administrators.</summary>
public sealed class OrganizationAccounts(AwsClients clients, HubSettings settings) : IOrganizationAccounts
{
    private const string Doing = "listing the accounts of the organization";

    public async Task<(IReadOnlyList<string> Accounts, string? Next)> PageAsync(string? next, CancellationToken cancellationToken)
    {
        try
        {
            var page = await clients.Organizations(settings.HubRegion).ListAccountsAsync(
                new Amazon.Organizations.Model.ListAccountsRequest { NextToken = next }, cancellationToken);
            return ([.. (page.Accounts ?? []).Where(IsActive).Select(account => account.Id)], string.IsNullOrEmpty(page.NextToken) ? null : page.NextToken);
        }
        catch (AmazonOrganizationsException e) when (AwsFailures.IsDenial(e) || e is AWSOrganizationsNotInUseException)
        {
            throw new BlockedException(
                Causes.OrganizationsDenied,
                $"While {Doing}: denied ({e.Message}).",
                "Make the hub account a delegated administrator of a service or give it a resource policy of Organizations that allows ListAccounts, or give the accounts by the parameter Accounts.",
                e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, Doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    /// <summary>A closed account is left out: no role in it can be assumed. <c>State</c> replaces the older field <c>Status</c>.</summary>
    private static bool IsActive(Account account) => (account.State?.Value ?? account.Status?.Value ?? "ACTIVE") == "ACTIVE";
}

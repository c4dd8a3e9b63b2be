using System.Collections.Concurrent;

namespace CentralAmp.Twin.Aws.Organizations;

/// <summary>An account as the organization lists it.</summary>
/// <param name="Status"><c>ACTIVE</c>, <c>SUSPENDED</c> or <c>PENDING_CLOSURE</c>.</param>
public sealed record OrganizationAccount(string Id, string Status = "ACTIVE");

/// <summary>The organization that the accounts of the twin are in. Tests may add and remove accounts and delegated administrators.</summary>
public sealed class TwinOrganization
{
    private readonly ConcurrentDictionary<string, OrganizationAccount> accounts;

    public TwinOrganization(IEnumerable<string> accounts) =>
        this.accounts = new(accounts.Select(id => KeyValuePair.Create(id, new OrganizationAccount(id))));

    public IReadOnlyList<OrganizationAccount> Accounts => [.. accounts.Values.OrderBy(account => account.Id, StringComparer.Ordinal)];

    /// <summary>Accounts that may read the organization, in addition to the management account.</summary>
    public ConcurrentDictionary<string, bool> DelegatedAdministrators { get; } = new([KeyValuePair.Create(TwinAccounts.Hub, true)]);

    /// <summary>Page size of ListAccounts; AWS: 20.</summary>
    public int PageSize { get; set; } = 20;

    /// <summary>An account joins, or its status changes.</summary>
    public void Set(OrganizationAccount account) => accounts[account.Id] = account;

    public void Remove(string accountId) => accounts.TryRemove(accountId, out _);

    public bool MayAsk(string accountId) => accountId == TwinAccounts.Management || DelegatedAdministrators.GetValueOrDefault(accountId);
}

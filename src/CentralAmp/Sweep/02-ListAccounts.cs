using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Failures;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

/// <param name="Next">Token of the page to read; absent for the first.</param>
public sealed record ListAccountsRequest(ExecutionReference Execution, SweepReference Sweep, string? Next = null);

/// <param name="Next">Null after the last page. Always serialized: Lambda's serializer would omit null, and the state machine reads it.</param>
public sealed record ListAccountsResult(string[] Accounts, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>The accounts of the sweep: those of the parameter Accounts, or all of the organization. Records them, so that the sweep can recognise unlisted accounts.</summary>
public sealed partial class ListAccountsStep(
    IOrganizationAccounts organization, IFleetRegistry registry, HubSettings settings, ILogger<ListAccountsStep> logger)
{
    /// <summary>A page passes through the state machine, so it must stay at a few kilobytes.</summary>
    public const int PageSize = 200;

    /// <exception cref="BlockedException">OrganizationsDenied; or SweepRunning if the lease was lost.</exception>
    public async Task<ListAccountsResult> RunAsync(ListAccountsRequest request, CancellationToken cancellationToken)
    {
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var (page, token) = Parse(request.Next);
        var (accounts, next) = settings.Sweep.Accounts.Count > 0 ? OfParameter(page) : await OfOrganizationAsync(token, cancellationToken);
        await registry.RecordAccountsAsync(request.Sweep, page, accounts, cancellationToken);
        Listed(request.Sweep.Id, accounts.Count, page);
        return new ListAccountsResult([.. accounts], next is null ? null : string.Create(CultureInfo.InvariantCulture, $"{page + 1} {next}"));
    }

    private (IReadOnlyList<string> Accounts, string? Next) OfParameter(int page)
    {
        var all = settings.Sweep.Accounts.Distinct(StringComparer.Ordinal).ToList();
        return ([.. all.Skip(page * PageSize).Take(PageSize)], (page + 1) * PageSize < all.Count ? "-" : null);
    }

    /// <summary>Organizations returns at most 20 accounts a page, and may return fewer or none before the last page.</summary>
    private async Task<(IReadOnlyList<string> Accounts, string? Next)> OfOrganizationAsync(string? token, CancellationToken cancellationToken)
    {
        var accounts = new List<string>();
        do
        {
            (var found, token) = await organization.PageAsync(token, cancellationToken);
            accounts.AddRange(found);
        }
        while (token is not null && accounts.Count <= PageSize - 20);
        return (accounts, token);
    }

    /// <summary>The number of the page, and the token of Organizations' next page.</summary>
    private static (int Page, string? Token) Parse(string? next)
    {
        if (next is null)
        {
            return (0, null);
        }

        var parts = next.Split(' ', 2);
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Count} accounts on page {Page}")]
    private partial void Listed(string sweep, int count, int page);
}

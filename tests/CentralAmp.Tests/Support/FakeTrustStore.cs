using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Support;

/// <summary>IAM of both accounts in memory.</summary>
public sealed class FakeTrustStores : ITrustStores
{
    public FakeTrustStore Hub { get; } = new();

    public FakeTrustStore Member { get; } = new();

    ITrustStore ITrustStores.Hub => Hub;

    public Task<ITrustStore> MemberAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken) =>
        Task.FromResult<ITrustStore>(Member);

    /// <summary>Creates everything as desired.</summary>
    public void Settle(ClusterTrust desired)
    {
        Hub.Settle(desired.Hub);
        if (desired.Member is not null)
        {
            Member.Settle(desired.Member);
        }
    }
}

/// <summary>IAM of one account in memory.</summary>
public sealed class FakeTrustStore : ITrustStore
{
    public ObservedProvider? Provider { get; set; }

    public ObservedRole? Role { get; set; }

    public string? Policy { get; set; }

    public List<TrustAction> Writes { get; } = [];

    public int Reads { get; private set; }

    /// <summary>Runs before an action, as a concurrent execution.</summary>
    public Action<TrustAction>? Racer { get; set; }

    public Task<ObservedTrust> ObserveAsync(DesiredTrust desired, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult(new ObservedTrust(desired.ProviderArn is null ? null : Provider, Role, Role is null ? null : Policy));
    }

    public Task<ObservedRole?> FindRoleAsync(string roleName, CancellationToken cancellationToken)
    {
        RoleReads++;
        return Task.FromResult(Role);
    }

    /// <summary>Number of calls of <see cref="FindRoleAsync"/>.</summary>
    public int RoleReads { get; private set; }

    public Task<bool> ActAsync(TrustAction action, DesiredTrust desired, CancellationToken cancellationToken)
    {
        Racer?.Invoke(action);
        var possible = action switch
        {
            TrustAction.CreateProvider => Provider is null,
            TrustAction.CreateRole => Role is null,
            _ => Role is not null,
        };
        if (possible)
        {
            Writes.Add(action);
            Do(action, desired);
        }

        return Task.FromResult(possible);
    }

    /// <summary>Number of further providers in the account.</summary>
    public int OtherProviders { get; set; }

    /// <summary>ARN of <see cref="Provider"/> in the list.</summary>
    public string ProviderArn { get; set; } = "arn:aws:iam::111111111111:oidc-provider/managed";

    public Task<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken)
    {
        Lists++;
        return Task.FromResult<IReadOnlyList<string>>(
        [
            .. Enumerable.Range(0, OtherProviders).Select(number => $"arn:aws:iam::111111111111:oidc-provider/other-{number}"),
            .. Provider is null ? [] : (string[])[ProviderArn],
        ]);
    }

    public int Lists { get; private set; }

    public void Dispose() => Disposed++;

    public int Disposed { get; private set; }

    public void Do(TrustAction action, DesiredTrust desired)
    {
        switch (action)
        {
            case TrustAction.CreateProvider:
                Provider = new ObservedProvider([DesiredTrust.Audience], desired.ProviderTags);
                break;
            case TrustAction.CreateRole:
                Role = new ObservedRole(desired.RoleArn, desired.TrustPolicy, desired.BoundaryArn, desired.RoleTags);
                break;
            case TrustAction.PutBoundary:
                Role = Role! with { BoundaryArn = desired.BoundaryArn };
                break;
            case TrustAction.TagRole:
                Role = Role! with { Tags = Role.Tags.Concat(desired.RoleTags).GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value) };
                break;
            case TrustAction.UpdateTrustPolicy:
                Role = Role! with { TrustPolicy = desired.TrustPolicy };
                break;
            case TrustAction.PutPolicy:
                Policy = desired.Policy;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action.");
        }
    }

    /// <summary>Creates everything as desired.</summary>
    public void Settle(DesiredTrust desired)
    {
        if (desired.ProviderArn is not null)
        {
            Do(TrustAction.CreateProvider, desired);
        }

        Do(TrustAction.CreateRole, desired);
        Do(TrustAction.PutPolicy, desired);
    }
}

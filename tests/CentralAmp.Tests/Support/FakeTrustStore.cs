using CentralAmp.Trust;

namespace CentralAmp.Tests.Support;

/// <summary>IAM in memory.</summary>
public sealed class FakeTrustStore : ITrustStore
{
    public ObservedProvider? Provider { get; set; }

    public ObservedRole? Role { get; set; }

    public string? IngestPolicy { get; set; }

    public List<TrustAction> Writes { get; } = [];

    public int Reads { get; private set; }

    /// <summary>Before this action is done, another execution does what it does.</summary>
    public Action<TrustAction>? Racer { get; set; }

    public Task<ObservedTrust> GatherAsync(DesiredTrust desired, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult(new ObservedTrust(Provider, Role, Role is null ? null : IngestPolicy));
    }

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

    /// <summary>What the account has besides.</summary>
    public int OtherProviders { get; set; }

    public Task<int> CountProvidersAsync(CancellationToken cancellationToken) => Task.FromResult(OtherProviders + (Provider is null ? 0 : 1));

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
                Role = Role! with { Tags = desired.RoleTags };
                break;
            case TrustAction.UpdateTrustPolicy:
                Role = Role! with { TrustPolicy = desired.TrustPolicy };
                break;
            case TrustAction.PutIngestPolicy:
                IngestPolicy = desired.IngestPolicy;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action.");
        }
    }

    /// <summary>Everything as desired.</summary>
    public void Settle(DesiredTrust desired)
    {
        Do(TrustAction.CreateProvider, desired);
        Do(TrustAction.CreateRole, desired);
        Do(TrustAction.PutIngestPolicy, desired);
    }
}

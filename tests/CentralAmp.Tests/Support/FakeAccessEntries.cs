using System.Collections.Concurrent;
using CentralAmp.Access;
using CentralAmp.Clusters;

namespace CentralAmp.Tests.Support;

/// <summary>Access entries of one cluster in memory; records all calls.</summary>
public sealed class FakeAccessEntries : IAccessEntries
{
    public ObservedAccessEntry? Entry { get; set; }

    public bool Admin { get; set; }

    /// <summary>A new association is not listed yet.</summary>
    public bool ListsLate { get; set; }

    /// <summary>Runs directly before the next change: another execution, or a crash of this one.</summary>
    public Action? BeforeChange { get; set; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public IEnumerable<string> Writes => Calls.Where(call => call is not ("Find" or "IsAdmin"));

    public string PrincipalArn(ClusterReference cluster) => $"arn:{cluster.Partition}:iam::{cluster.AccountId}:role/CentralAmpMember";

    public Task<ObservedAccessEntry?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Calls.Enqueue("Find");
        return Task.FromResult(Entry);
    }

    public Task<bool> CreateAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Changing("Create");
        if (Entry is not null)
        {
            return Task.FromResult(false);
        }

        Entry = new("STANDARD", [AccessEntryDecision.Group], new Dictionary<string, string> { [AccessEntryDecision.ClusterTag] = cluster.Arn });
        return Task.FromResult(true);
    }

    public Task UpdateGroupsAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Changing("UpdateGroups");
        Entry = Entry! with { KubernetesGroups = [AccessEntryDecision.Group] };
        return Task.CompletedTask;
    }

    public Task<bool> IsAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Calls.Enqueue("IsAdmin");
        return Task.FromResult(Admin && !ListsLate);
    }

    public Task<bool> AssociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Changing("AssociateAdmin");
        if (Entry is null)
        {
            return Task.FromResult(false);
        }

        Admin = true;
        return Task.FromResult(true);
    }

    public Task<bool> DisassociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Changing("DisassociateAdmin");
        var was = Admin;
        Admin = false;
        return Task.FromResult(was);
    }

    public Task<bool> DeleteAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Changing("Delete");
        var was = Entry is not null;
        (Entry, Admin) = (null, false);
        return Task.FromResult(was);
    }

    private void Changing(string call)
    {
        Calls.Enqueue(call);
        var before = BeforeChange;
        BeforeChange = null;
        before?.Invoke();
    }
}

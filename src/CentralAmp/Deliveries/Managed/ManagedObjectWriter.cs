using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Writes in our own namespace.</summary>
internal sealed class ManagedObjectWriter(IKubernetes kubernetes)
{
    /// <returns>False when it changed since it was read: gather again.</returns>
    public Task<bool> PutAsync(ManagedObject item, ManagedNamespace observed, CancellationToken cancellationToken) =>
        PutAsync(item, item.Desired, observed.Find(item.Path), cancellationToken);

    /// <summary>Remembered where it outlives what is put there.</summary>
    /// <param name="applied">Null: forgotten.</param>
    /// <returns>False when there is nothing to remember it on.</returns>
    public Task<bool> CountAsync(string delivery, int? applied, CancellationToken cancellationToken) => PatchAsync(
        KubernetesPath.ServiceAccount(AgentNames.Namespace, AgentNames.ServiceAccount),
        new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [ManagedNames.AppliedAnnotationOf(delivery)] = applied?.ToString(CultureInfo.InvariantCulture) },
            },
        },
        cancellationToken);

    /// <summary>The next delivery of that kind is a first one again. An account that is gone has forgotten by itself.</summary>
    public async Task ForgetAsync(string delivery, ManagedNamespace observed, CancellationToken cancellationToken)
    {
        if (observed.Applied.ContainsKey(delivery))
        {
            await CountAsync(delivery, applied: null, cancellationToken);
        }
    }

    /// <returns>Whether something was there that was ours, and is gone now.</returns>
    public async Task<bool> DeleteAsync(string path, ManagedNamespace observed, CancellationToken cancellationToken) =>
        observed.Find(path) is { } found
        && ManagedNames.IsManaged(found)
        && await kubernetes.DeleteAsync(path, found["metadata"]!["uid"]!.ToString(), cancellationToken);

    private async Task<bool> PutAsync(ManagedObject item, JsonObject desired, JsonObject? found, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.ApplyAsync(item.Path, desired, cancellationToken);
            return true;
        }
        // An older operator has nothing that such a field could select.
        catch (WorkflowException e) when (e.InnerException is KubernetesException refusal && item.Older?.Invoke(desired, refusal.UndeclaredFields) is { } older)
        {
            return await PutAsync(item, older, found, cancellationToken);
        }
        // An apply is never forced. But this object is ours, whoever changed it.
        catch (WorkflowException e) when (found is not null && e.InnerException is KubernetesException { IsManagerConflict: true })
        {
            return await PatchAsync(item.Path, MergePatch.Of(desired, found), cancellationToken);
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 409, IsManagerConflict: false })
        {
            return false;
        }
    }

    private async Task<bool> PatchAsync(string path, JsonObject patch, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.MergePatchAsync(path, patch, cancellationToken);
            return true;
        }
        catch (WorkflowException e) when (e.InnerException is KubernetesException { Status: 409 or 404 })
        {
            return false;
        }
    }
}

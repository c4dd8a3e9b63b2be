using System.Globalization;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;

namespace CentralAmp.Deliveries.Managed;

/// <summary>Writes in CentralAmp's namespace.</summary>
internal sealed class ManagedObjectWriter(IKubernetes kubernetes)
{
    /// <returns>False if the object changed after it was read: observe again.</returns>
    public Task<bool> PutAsync(ManagedObject item, ManagedNamespace observed, CancellationToken cancellationToken) =>
        PutAsync(item, item.Desired, observed.Find(item.Path), cancellationToken);

    /// <summary>Writes the count of applies to the service account, which survives the counted objects.</summary>
    /// <param name="applied">Null: the count is removed.</param>
    /// <returns>False if the service account does not exist.</returns>
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

    /// <summary>Removes the count: the next delivery of that kind is a first one again.</summary>
    public async Task ForgetAsync(string delivery, ManagedNamespace observed, CancellationToken cancellationToken)
    {
        if (observed.Applied.ContainsKey(delivery))
        {
            await CountAsync(delivery, applied: null, cancellationToken);
        }
    }

    /// <returns>True if a managed object existed and was deleted.</returns>
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
        // An older operator has no resources that such a field could select.
        catch (WorkflowException e) when (e.InnerException is KubernetesException refusal && item.Older?.Invoke(desired, refusal.UndeclaredFields) is { } older)
        {
            return await PutAsync(item, older, found, cancellationToken);
        }
        // CentralAmp never forces an apply. It restores a managed object by a patch.
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

using CentralAmp.Failures;

namespace CentralAmp.Collectors;

/// <summary>
/// Whether pods and configuration are in the desired state. A condition that may still be fulfilled is NotReady: the state machine polls
/// until its limit.
/// </summary>
internal static class CollectorHealth
{
    /// <summary>
    /// Requires that the operator reconciles, and that every pod comes from a template with the role, is Ready, and has the role itself:
    /// the pod identity webhook fails open.
    /// </summary>
    public static Failure? OfPods(ObservedDelivery observed, Collector collector, string roleArn)
    {
        if (observed.Prometheus?.NotReconciled is { } refusal)
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The operator does not reconcile {observed.Prometheus}: {refusal}.",
                "Correct the problem that the operator reports, then execute again.");
        }

        if (Rollout(observed, collector, roleArn) is { } rolling)
        {
            return rolling;
        }

        // A pod gets its role when it is created, or never: polling would not help.
        return WithoutRole(observed, roleArn) is { Length: > 0 } without
            ? Failure.Blocked(
                Causes.PodsWithoutRole,
                $"The pods {without} in '{collector.Namespace}' started without the role {roleArn}.",
                "Check that the pod identity webhook (in EKS' control plane) works and that its configuration selects the namespace, then execute again.")
            : null;
    }

    /// <summary>
    /// For an entry that an operator merged: the pods need the role, but not CentralAmp's annotation. One merge may set the role and the entry,
    /// so pods without the role may be about to restart.
    /// </summary>
    public static Failure? OfMerged(ObservedDelivery observed, Collector collector, string roleArn)
    {
        var ready = collector.Pods.Count(name => observed.Pods.Any(pod => pod.Name == name && pod.Ready));
        return ready < collector.Pods.Length
            ? NotAllReady(collector, ready)
            : WithoutRole(observed, roleArn) is { Length: > 0 } without
                ? Failure.NotReady(
                    Causes.PodsWithoutRole,
                    $"The pods {without} in '{collector.Namespace}' run without the role {roleArn}, which the merged entry needs.",
                    "None while the pods restart; else restart them (kubectl rollout restart). If the new pods lack the role, too, check that the pod identity webhook "
                    + "(in EKS' control plane) works and that its configuration selects the namespace; then execute again.")
                : OfReload(observed, collector, withEntry: true);
    }

    private static string WithoutRole(ObservedDelivery observed, string roleArn) =>
        string.Join(", ", observed.Pods.Where(pod => pod.RoleArn != roleArn).Select(pod => pod.Name));

    /// <summary>Requires that the operator has put the annotation into its pod templates, and that the pods of those templates are Ready.</summary>
    /// <param name="roleArn">Empty: the annotation must be absent.</param>
    public static Failure? Rollout(ObservedDelivery observed, Collector collector, string roleArn)
    {
        if (observed.StatefulSets.Any(set => set is null || set.RoleInTemplate != roleArn))
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The operator has not applied the pod annotation of Prometheus '{collector.Namespace}/{collector.Name}' yet.",
                "None if the error is transient; else read the operator's log.");
        }

        var unready = collector.Pods.Where(name => !observed.Pods.Any(pod => pod.Name == name && pod.Ready && pod.RoleAnnotation == roleArn)).ToList();
        return unready.Count > 0 || observed.StatefulSets.Any(set => !set!.RolledOut)
            ? NotAllReady(collector, collector.Pods.Length - unready.Count)
            : null;
    }

    private static Failure NotAllReady(Collector collector, int ready) => Failure.NotReady(
        Causes.PodsNotReady,
        $"Pods of Prometheus '{collector.Namespace}/{collector.Name}' are still restarting ({ready} of {collector.Pods.Length} are ready).",
        "None if the error is transient; else run kubectl describe on the pods: scheduling, volumes, probes.");

    /// <summary>Ignores pods whose configuration could not be read: their state and the verification decide.</summary>
    public static Failure? OfReload(ObservedDelivery observed, Collector collector, bool withEntry)
    {
        var failed = observed.Loaded.Where(loaded => loaded.ReloadSucceeded == false).Select(loaded => loaded.Pod).ToList();
        if (failed.Count > 0)
        {
            return Failure.NotReady(
                Causes.ReloadFailed,
                $"The pods {string.Join(", ", failed)} in '{collector.Namespace}' refuse to load their configuration.",
                "Read the reason in the log of the Prometheus container, correct it, then execute again.");
        }

        var behind = observed.Loaded.Where(loaded => withEntry ? loaded.HasEntry == false : loaded.HasName == true).Select(loaded => loaded.Pod).ToList();
        return behind.Count == 0
            ? null
            : Failure.NotReady(
                Causes.NotReconciled,
                $"The pods {string.Join(", ", behind)} in '{collector.Namespace}' "
                + (withEntry ? "have not loaded CentralAmp's remote-write entry yet." : "still run CentralAmp's remote-write entry."),
                "None if the error is transient: a change takes about a minute; else read the logs of the operator and the config-reloader.");
    }
}

using CentralAmp.Failures;

namespace CentralAmp.Collectors;

/// <summary>Whether pods and configuration are where they should be; what may still come is NotReady, and the state machine's limit decides.</summary>
internal static class CollectorHealth
{
    /// <summary>The operator acts, and every pod was made with the role in its template, is Ready, and really has the role: the webhook fails open.</summary>
    public static Failure? OfPods(ObservedDelivery observed, Collector collector, string roleArn)
    {
        if (observed.Prometheus?.NotReconciled is { } refusal)
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The operator does not reconcile {observed.Prometheus}: {refusal}.",
                "Correct what the operator complains about, then execute again.");
        }

        if (Rollout(observed, collector, roleArn) is { } rolling)
        {
            return rolling;
        }

        // A pod gets its role when it is made or never: waiting would not help.
        return WithoutRole(observed, roleArn) is { Length: > 0 } without
            ? Failure.Blocked(
                Causes.PodsWithoutRole,
                $"The pods {without} in '{collector.Namespace}' came up without the role {roleArn}.",
                "See that the pod identity webhook (in EKS' control plane) works and its configuration selects the namespace, then execute again.")
            : null;
    }

    /// <summary>
    /// What people merged themselves: the pods need not carry our annotation, but the role. One merge may bring both, so pods without it may be about to be rolled.
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
                    "None while they are being rolled; else restart them (kubectl rollout restart), and if new ones lack it, too, see that the pod identity webhook "
                    + "(in EKS' control plane) works and its configuration selects the namespace; then execute again.")
                : OfReload(observed, collector, withEntry: true);
    }

    private static string WithoutRole(ObservedDelivery observed, string roleArn) =>
        string.Join(", ", observed.Pods.Where(pod => pod.RoleArn != roleArn).Select(pod => pod.Name));

    /// <summary>The operator has put the annotation into its pod templates, and the pods of those templates are Ready.</summary>
    /// <param name="roleArn">Empty: the annotation is to be gone.</param>
    public static Failure? Rollout(ObservedDelivery observed, Collector collector, string roleArn)
    {
        if (observed.StatefulSets.Any(set => set is null || set.RoleInTemplate != roleArn))
        {
            return Failure.NotReady(
                Causes.NotReconciled,
                $"The operator has not taken over the pod annotation of Prometheus '{collector.Namespace}/{collector.Name}' yet.",
                "None if it passes; else see the operator's log.");
        }

        var unready = collector.Pods.Where(name => !observed.Pods.Any(pod => pod.Name == name && pod.Ready && pod.RoleAnnotation == roleArn)).ToList();
        return unready.Count > 0 || observed.StatefulSets.Any(set => !set!.RolledOut)
            ? NotAllReady(collector, collector.Pods.Length - unready.Count)
            : null;
    }

    private static Failure NotAllReady(Collector collector, int ready) => Failure.NotReady(
        Causes.PodsNotReady,
        $"Pods of Prometheus '{collector.Namespace}/{collector.Name}' are still being rolled ({ready} of {collector.Pods.Length} are ready).",
        "None if it passes; else describe the pods: scheduling, volumes, probes.");

    /// <summary>What could not be asked is not held against it: pods and verification will tell.</summary>
    public static Failure? OfReload(ObservedDelivery observed, Collector collector, bool withEntry)
    {
        var failed = observed.Loaded.Where(loaded => loaded.ReloadSucceeded == false).Select(loaded => loaded.Pod).ToList();
        if (failed.Count > 0)
        {
            return Failure.NotReady(
                Causes.ReloadFailed,
                $"The pods {string.Join(", ", failed)} in '{collector.Namespace}' refuse to load their configuration.",
                "Read the log of the Prometheus container, which says why; correct it, then execute again.");
        }

        var behind = observed.Loaded.Where(loaded => withEntry ? loaded.HasEntry == false : loaded.HasName == true).Select(loaded => loaded.Pod).ToList();
        return behind.Count == 0
            ? null
            : Failure.NotReady(
                Causes.NotReconciled,
                $"The pods {string.Join(", ", behind)} in '{collector.Namespace}' "
                + (withEntry ? "have not loaded our remote-write entry yet." : "still run our remote-write entry."),
                "None if it passes: a change takes about a minute; else see the operator's log and the config-reloader's.");
    }
}

using CentralAmp.Collectors;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Kubernetes;
using CentralAmp.RemoteWrite;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Deliveries;

/// <summary>The input of every delivery for applying and withdrawing its configuration.</summary>
/// <param name="RequireClaimAsync">Runs before every write in the cluster, and throws if another execution has taken over the cluster.</param>
internal sealed record DeliveryWork(
    IKubernetes Kubernetes, ExecutionReference Execution, OnboardingPlan Plan, Collector Collector, DesiredDelivery Desired, HubSettings Settings, ILogger Logger,
    Func<CancellationToken, Task> RequireClaimAsync)
{
    public ManagedWork Managed => new(Kubernetes, Plan.Delivery, Logger, RequireClaimAsync);

    public void Acted(string step, string @namespace, string name) => DeliveryLog.Acted(Logger, step, @namespace, name);
}

/// <summary>The result of applying a delivery.</summary>
/// <param name="Waits">An operator has to merge what CentralAmp wrote down; until then nothing is healthy or unhealthy.</param>
/// <param name="NamespaceUid">Uid of CentralAmp's namespace; null if the delivery does not use it.</param>
internal sealed record AppliedDelivery(Change Change, bool Waits = false, string? NamespaceUid = null);

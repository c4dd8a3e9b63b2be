using CentralAmp.Kubernetes;
using CentralAmp.Planning;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Delivery;

/// <summary>What every way to deliver and to withdraw works on.</summary>
internal sealed record DeliveryWork(
    IKubernetes Kubernetes, ExecutionReference Execution, OnboardingPlan Plan, Collector Collector, DesiredDelivery Desired, HubSettings Settings, ILogger Logger)
{
    public IReadOnlyList<OwnObject> OwnObjects => OwnObject.Of(Plan.Delivery, Desired, Collector, Settings);

    public void Acted(string step, string @namespace, string name) => DeliveryLog.Acted(Logger, step, @namespace, name);
}

internal static partial class DeliveryLog
{
    [LoggerMessage(LogLevel.Information, "{Step} of {Namespace}/{Name}")]
    public static partial void Acted(ILogger logger, string step, string @namespace, string name);
}

using Microsoft.Extensions.Logging;

namespace CentralAmp.Deliveries.Managed;

internal static partial class DeliveryLog
{
    [LoggerMessage(LogLevel.Information, "{Step} of {Namespace}/{Name}")]
    public static partial void Acted(ILogger logger, string step, string @namespace, string name);
}

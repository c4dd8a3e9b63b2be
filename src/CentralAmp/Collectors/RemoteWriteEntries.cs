using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Reads <c>spec.remoteWrite</c>, which is the same in Prometheus and PrometheusAgent resources.</summary>
internal static class RemoteWriteEntries
{
    public static IReadOnlyList<JsonObject> Read(FieldReader fields)
    {
        var list = fields.List("spec", "remoteWrite") ?? [];
        var entries = list.OfType<JsonObject>().ToList();
        if (entries.Count != list.Count)
        {
            fields.ReportError("spec.remoteWrite has an item that is not an object");
        }

        return entries;
    }
}

using System.Text.Json.Nodes;

namespace CentralAmp.Collectors;

/// <summary>Reads <c>spec.remoteWrite</c>, which Prometheus and PrometheusAgent resources have alike.</summary>
internal static class RemoteWriteEntries
{
    public static IReadOnlyList<JsonObject> Read(FieldReader fields)
    {
        var list = fields.List("spec", "remoteWrite") ?? [];
        var entries = list.OfType<JsonObject>().ToList();
        if (entries.Count != list.Count)
        {
            fields.Complain("spec.remoteWrite has an item that is not an object");
        }

        return entries;
    }
}

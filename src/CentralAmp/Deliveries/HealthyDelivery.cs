using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Collectors;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Deliveries;

/// <summary>
/// The last delivery of a cluster that was healthy, as the registry keeps it: what an update that does not become healthy is replaced with. Manifests are
/// kept and not made again, because the release that made them may be replaced by now.
/// </summary>
/// <param name="Collector"><see cref="Registry.RecordedCollector"/> as text.</param>
/// <param name="RoleArn">The role that the service account assumes.</param>
/// <param name="Entry">CentralAmp's entry in the collector's remote write.</param>
/// <param name="Objects">Manifests of the objects in CentralAmp's namespace; empty with delivery <c>prometheus</c>.</param>
public sealed record HealthyDelivery(string Delivery, string Collector, string WorkspaceArn, string RoleArn, JsonObject Entry, IReadOnlyList<JsonObject> Objects)
{
    public DesiredDelivery Desired => new(RoleArn, Entry.DeepClone().AsObject());

    /// <summary>Whether the other delivery differs in nothing that a cluster has.</summary>
    public bool IsSame(HealthyDelivery other) =>
        (Delivery, Collector, RoleArn) == (other.Delivery, other.Collector, other.RoleArn)
        && JsonNode.DeepEquals(Entry, other.Entry)
        && Objects.Count == other.Objects.Count
        && Objects.Zip(other.Objects).All(pair => JsonNode.DeepEquals(pair.First, pair.Second));

    /// <summary>Compressed, because every write of a registry item is paid by its size: manifests have 10 KB, compressed a fifth of that.</summary>
    public override string ToString()
    {
        var json = new JsonObject
        {
            ["delivery"] = Delivery,
            ["collector"] = Collector,
            ["workspaceArn"] = WorkspaceArn,
            ["roleArn"] = RoleArn,
            ["entry"] = Entry.DeepClone(),
            ["objects"] = new JsonArray(Objects.Select(item => (JsonNode)item.DeepClone()).ToArray()),
        };
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Optimal))
        {
            compressed.Write(Encoding.UTF8.GetBytes(JsonText.Print(json)));
        }

        return Convert.ToBase64String(bytes.ToArray());
    }

    /// <summary>Null for text that cannot be read: then there is nothing to restore.</summary>
    public static HealthyDelivery? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            using var bytes = new BrotliStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            var json = JsonNode.Parse(bytes)!.AsObject();
            return new HealthyDelivery(
                json["delivery"]!.GetValue<string>(),
                json["collector"]!.GetValue<string>(),
                json["workspaceArn"]!.GetValue<string>(),
                json["roleArn"]!.GetValue<string>(),
                json["entry"]!.AsObject(),
                [.. json["objects"]!.AsArray().Select(item => item!.AsObject())]);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }
}

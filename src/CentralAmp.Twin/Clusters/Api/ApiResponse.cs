using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>An answer of the API server.</summary>
public sealed record ApiResponse(int Status, string ContentType, byte[] Body)
{
    /// <summary>Streams the rest of the body until it ends or the client leaves; null for a complete answer.</summary>
    public Func<Stream, CancellationToken, Task>? Stream { get; init; }

    /// <summary>Text of a Warning header, empty for none.</summary>
    public string Warning { get; init; } = "";

    /// <summary>The answer for an unknown path; plain text, as Go's mux writes it.</summary>
    public static ApiResponse PageNotFound { get; } = Text(404, "404 page not found\n");

    public static ApiResponse Json(int status, JsonNode body) =>
        new(status, "application/json", Encoding.UTF8.GetBytes(body.ToText() + "\n"));

    public static ApiResponse Text(int status, string body) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(body));

    public static ApiResponse Error(StatusException error) => Json(error.Code, error.ToStatus());
}

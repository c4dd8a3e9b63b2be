using System.Linq;
using System.Text.Json;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>The limits of the generator: traits that would change the wire format and are not implemented are refused.</summary>
internal static class Supported
{
    private static readonly string[] ShapeTraits =
        ["type", "enum", "member", "key", "value", "members", "required", "error", "exception", "fault", "retryable", "sensitive", "box", "synthetic"];

    private static readonly string[] MemberTraits = ["shape", "location", "locationName", "idempotencyToken", "box", "sensitive", "deprecated", "deprecatedMessage", "deprecatedSince"];

    private static readonly string[] OperationTraits =
        ["name", "http", "input", "output", "errors", "idempotent", "readonly", "authtype", "auth", "deprecated", "deprecatedMessage"];

    public static void Operation(JsonElement operation) => Check("operation " + operation.Text("name"), operation, OperationTraits);

    public static void Shape(string name, JsonElement shape)
    {
        Check("shape " + name, shape, ShapeTraits);
        if (shape.TryGetProperty("member", out var member))
        {
            Check($"the member of list {name}", member, ["shape"]);
        }
    }

    public static void Member(string owner, JsonProperty member, Protocol protocol)
    {
        Check($"member {owner}.{member.Name}", member.Value, MemberTraits);
        if (protocol != Protocol.RestJson && member.Value.Has("location"))
        {
            throw new UnsupportedModelException($"location of {owner}.{member.Name} in protocol {protocol}");
        }
    }

    private static void Check(string what, JsonElement element, string[] supported)
    {
        var unknown = element.EnumerateObject().Select(trait => trait.Name).FirstOrDefault(name => !supported.Contains(name));
        if (unknown is not null)
        {
            throw new UnsupportedModelException($"trait '{unknown}' of {what}");
        }
    }
}

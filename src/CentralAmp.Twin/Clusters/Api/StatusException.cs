using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>One of details.causes of a Status.</summary>
public sealed record StatusCause(string Reason, string Message, string Field);

/// <summary>An answer of the API server that is not success, with the wording of Kubernetes' own (apimachinery, api/errors).</summary>
public sealed class StatusException(int code, string reason, string message) : Exception(message)
{
    private const string Modified = "the object has been modified; please apply your changes to the latest version and try again";

    public int Code { get; } = code;

    public string Reason { get; } = reason;

    /// <summary>Name, group and plural (or kind) in details; empty parts are left out.</summary>
    public (string Name, string Group, string Kind) Subject { get; init; }

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    public static StatusException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.QualifiedName} \"{name}\" not found") { Subject = (name, kind.Group, kind.Plural) };

    public static StatusException AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.QualifiedName} \"{name}\" already exists") { Subject = (name, kind.Group, kind.Plural) };

    /// <summary>A resourceVersion that is not the current one: a conflict without causes.</summary>
    public static StatusException Stale(ResourceKind kind, string name) => Conflict(kind, name, Modified);

    public static StatusException WrongUid(ResourceKind kind, string name, string wanted, string actual) =>
        Conflict(kind, name, $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");

    /// <summary>A conflict of server-side apply with other managers, with one cause for each field.</summary>
    public static StatusException ManagedElsewhere(IReadOnlyList<StatusCause> causes) =>
        new(409, "Conflict", ApplyMessage(causes)) { Causes = causes };

    public static StatusException Invalid(ResourceKind kind, string name, params IReadOnlyList<StatusCause> causes)
    {
        var problems = causes.Select(c => $"{c.Field}: {c.Message}").ToList();
        var text = problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems)}]";
        return new(422, "Invalid", $"{QualifiedKind(kind)} \"{name}\" is invalid: {text}")
        {
            Subject = (name, kind.Group, kind.Kind),
            Causes = causes,
        };
    }

    public static StatusException InvalidOptions(string type, string field, string problem) =>
        new(422, "Invalid", $"{type}.meta.k8s.io \"\" is invalid: {field}: {problem}")
        {
            Subject = ("", "meta.k8s.io", type),
            Causes = [new StatusCause(problem.StartsWith("Required", StringComparison.Ordinal) ? "FieldValueRequired" : "FieldValueForbidden", problem, field)],
        };

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException Forbidden(ResourceKind kind, string name, string why, params IReadOnlyList<StatusCause> causes) =>
        new(403, "Forbidden", $"{kind.QualifiedName} \"{name}\" is forbidden: {why}") { Subject = (name, kind.Group, kind.Plural), Causes = causes };

    /// <summary>A JSON patch that cannot be applied. The message of Kubernetes has no details.</summary>
    public static StatusException PatchRejected() =>
        new(422, "Invalid", "the server rejected our request due to an error in our request");

    /// <summary>An operation that this stand-in does not support; an explicit error, so that a test cannot pass by accident.</summary>
    public static StatusException NotInTwin(string what) => new(501, "NotImplemented", $"the twin's API server does not do this: {what}");

    public JsonObject ToStatus()
    {
        var details = new JsonObject();
        foreach (var (field, value) in (ReadOnlySpan<(string, string)>)[("name", Subject.Name ?? ""), ("group", Subject.Group ?? ""), ("kind", Subject.Kind ?? "")])
        {
            if (value.Length > 0)
                details[field] = value;
        }
        if (Causes.Count > 0)
            details["causes"] = new JsonArray([.. Causes.Select(c => new JsonObject { ["reason"] = c.Reason, ["message"] = c.Message, ["field"] = c.Field })]);

        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
            status["reason"] = Reason;
        if (details.Count > 0)
            status["details"] = details;
        status["code"] = Code;
        return status;
    }

    private static StatusException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.QualifiedName} \"{name}\": {why}")
        {
            Subject = (name, kind.Group, kind.Plural),
        };

    private static string ApplyMessage(IReadOnlyList<StatusCause> causes)
    {
        var count = causes.Count == 1 ? "1 conflict" : $"{causes.Count} conflicts";
        return $"Apply failed with {count}: " + string.Join('\n', causes.Select(c => $"{c.Message}: {c.Field}"));
    }

    private static string QualifiedKind(ResourceKind kind) => kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
}

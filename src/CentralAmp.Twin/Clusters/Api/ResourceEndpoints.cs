using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Access;
using CentralAmp.Twin.Clusters.Fields;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Clusters.Api;

/// <summary>Reads and writes objects over HTTP. The caller has already checked the authorization.</summary>
/// <param name="refusals">Objects that the cluster refuses.</param>
internal sealed class ResourceEndpoints(ObjectStore store, ObjectWriter writer, Authorizer authorizer, IReadOnlyList<Refusal> refusals)
{
    private const string JsonPatch = "application/json-patch+json";
    private const string MergePatch = "application/merge-patch+json";
    private const string StrategicMergePatch = "application/strategic-merge-patch+json";
    private const string ApplyPatch = "application/apply-patch+yaml";

    private readonly Listing listing = new(store);
    private readonly Watching watching = new(store);

    public ApiResponse Answer(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        if (request.Subresource.Length > 0 && (request.Subresource != "status" || !kind.HasStatus))
            return ApiResponse.PageNotFound;
        return request.Verb switch
        {
            "get" => ApiResponse.Json(200, store.Find(kind, request.Namespace, request.Name) ?? throw StatusException.NotFound(kind, request.Name)),
            "list" => ApiResponse.Json(200, listing.List(kind, request)),
            "create" when request.Name.Length == 0 && (!kind.Namespaced || request.Namespace.Length > 0) => Create(kind, request, user),
            "update" when request.Name.Length > 0 => Update(kind, request, user),
            "patch" when request.Name.Length > 0 => Patch(kind, request, user),
            "delete" when request.Subresource.Length == 0 => Delete(kind, request),
            "watch" => watching.Watch(kind, request),
            _ => throw new StatusException(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        };
    }

    private ApiResponse Create(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        var item = ReadItem(kind, request);
        if (item.TextAt("metadata", "resourceVersion") is { Length: > 0 })
            throw StatusException.BadRequest("resourceVersion should not be set on objects to be created");
        if (item.Name().Length == 0)
            throw StatusException.Invalid(kind, "", new StatusCause("FieldValueRequired", "Required value: name or generateName is required", "metadata.name"));
        var warning = CheckUnknown(kind, request, item);
        return ApiResponse.Json(201, writer.Create(kind, item, Options(kind, request, user, FieldManager.Update))) with { Warning = warning };
    }

    private ApiResponse Update(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        var item = ReadItem(kind, request);
        var warning = CheckUnknown(kind, request, item);
        var options = Options(kind, request, user, FieldManager.Update);
        return ApiResponse.Json(200, writer.Update(kind, request.Namespace, request.Name, options, _ => item)) with { Warning = warning };
    }

    private ApiResponse Patch(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        if (request.ContentType == ApplyPatch)
            return Apply(kind, request, user);
        if (request.Query.ContainsKey("force"))
            throw StatusException.InvalidOptions("PatchOptions", "force", "Forbidden: may not be specified for non-apply patch");

        Func<JsonObject, JsonObject> change = request.ContentType switch
        {
            JsonPatch => before => Patches.Apply(before, request.Body),
            MergePatch => before => (JsonObject)Patches.Merge(before, request.Json())!,
            StrategicMergePatch when !kind.IsCustom => throw StatusException.NotInTwin("strategic merge patch"),
            _ => throw UnsupportedMediaType(kind),
        };
        var warning = "";
        var item = writer.Update(kind, request.Namespace, request.Name, Options(kind, request, user, FieldManager.Update), before =>
        {
            var after = change(before);
            RequireIdentity(kind, request, after);
            warning = CheckUnknown(kind, request, after);
            return after;
        });
        return ApiResponse.Json(200, item) with { Warning = warning };
    }

    private ApiResponse Apply(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        if (request.Query["fieldManager"].ToString().Length == 0)
            throw StatusException.InvalidOptions("PatchOptions", "fieldManager", "Required value: is required for apply patch");
        var item = ReadItem(kind, request);
        if (item.At("metadata", "managedFields") is not null)
            throw StatusException.BadRequest("metadata.managedFields must be nil");
        RequireRightToCreate(kind, request, user);
        var options = Options(kind, request, user, FieldManager.Apply) with { Force = request.Query["force"] == "true" };
        var (applied, created) = writer.Apply(kind, item, options);
        return ApiResponse.Json(created ? 201 : 200, applied);
    }

    // The right to patch is enough for an existing object; an apply that creates an object also needs the right to create.
    private void RequireRightToCreate(ResourceKind kind, ApiRequest request, UserInfo user)
    {
        var create = request.Access with { Verb = "create" };
        if (store.Find(kind, request.Namespace, request.Name) is null && !authorizer.Allows(user, create))
            throw AccessDenied.For(user, create);
    }

    private ApiResponse Delete(ResourceKind kind, ApiRequest request)
    {
        var options = request.Body.Length > 0 ? request.Json() : [];
        var isDryRun = request.IsDryRun || options.TextsAt("dryRun").Contains("All");
        var preconditions = options["preconditions"] as JsonObject;
        // The deletion of a namespace also deletes its objects, and is asynchronous.
        if (kind == ResourceKind.Namespace)
            return ApiResponse.Json(200, writer.Terminate(request.Name, isDryRun, preconditions));
        var deleted = writer.Delete(kind, request.Namespace, request.Name, isDryRun, preconditions);
        return ApiResponse.Json(200, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = new JsonObject { ["name"] = request.Name, ["group"] = kind.Group, ["kind"] = kind.Plural, ["uid"] = deleted.Uid() },
        });
    }

    private WriteOptions Options(ResourceKind kind, ApiRequest request, UserInfo user, string operation)
    {
        var manager = request.Query["fieldManager"].ToString();
        if (manager.Length > 128)
            throw StatusException.InvalidOptions("PatchOptions", "fieldManager", "Too long: may not be more than 128 bytes");
        var name = manager.Length > 0 ? manager : request.UserAgent.Split('/')[0] is { Length: > 0 } agent ? agent : "unknown";
        return new WriteOptions(new FieldManager(name, operation, request.Subresource))
        {
            DryRun = request.IsDryRun,
            Admission = (before, after) =>
            {
                RbacAdmission.Check(authorizer, user, kind, before, after);
                Refusal.Check(refusals, kind, before, after);
                if (kind == ResourceKind.Pod && before is null)
                    PodSecurity.Check(store, after);
            },
        };
    }

    private static JsonObject ReadItem(ResourceKind kind, ApiRequest request)
    {
        var item = request.Json();
        RequireIdentity(kind, request, item);
        return item;
    }

    /// <summary>Requires that the body matches kind, name and namespace of the path, and fills in missing ones.</summary>
    private static void RequireIdentity(ResourceKind kind, ApiRequest request, JsonObject item)
    {
        if (item.TextAt("kind") != kind.Kind || item.TextAt("apiVersion") != kind.ApiVersion)
        {
            throw StatusException.BadRequest($"{item.TextAt("kind") ?? "object"} in version \"{item.TextAt("apiVersion")}\" cannot be handled as a " +
                $"{kind.Kind}: no kind \"{item.TextAt("kind")}\" is registered for version \"{kind.ApiVersion}\"");
        }
        if (request.Name.Length > 0 && item.Name() is { Length: > 0 } name && name != request.Name)
            throw StatusException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        if (kind.Namespaced && item.Namespace() is { Length: > 0 } ns && ns != request.Namespace)
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        if (request.Name.Length > 0)
            item.Metadata()["name"] = request.Name;
        if (kind.Namespaced)
            item.Metadata()["namespace"] = request.Namespace;
    }

    private static string CheckUnknown(ResourceKind kind, ApiRequest request, JsonObject item)
    {
        var unknown = ObjectValidation.UnknownFields(item, kind.Schema).Select(path => $"unknown field \"{path.TrimStart('.')}\"").ToList();
        if (unknown.Count == 0 || request.Query["fieldValidation"] == "Ignore")
            return "";
        return request.Query["fieldValidation"] == "Strict"
            ? throw StatusException.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: strict decoding error: {string.Join(", ", unknown)}")
            : string.Join(", ", unknown);
    }

    private static StatusException UnsupportedMediaType(ResourceKind kind)
    {
        string[] accepted = kind.IsCustom ? [JsonPatch, MergePatch, ApplyPatch] : [JsonPatch, MergePatch, StrategicMergePatch, ApplyPatch];
        return new StatusException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: " + string.Join(", ", accepted));
    }
}

using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Gateway;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>Makes a workspace evaluate these rules; false if the text is not valid.</summary>
/// <param name="rules">All rules of the workspace, by namespace.</param>
public delegate Task<bool> RuleEvaluation(string workspaceId, IReadOnlyDictionary<string, string> rules);

/// <summary>
/// Rule groups namespaces, the alert manager definition and the configuration of workspaces (AMP API reference). A real Prometheus evaluates the
/// rules; retention and limits are only kept and described.
/// </summary>
public sealed partial class RulesAndAlerts(RuleEvaluation evaluate, TimeProvider time)
{
    // A definition takes some seconds to become ACTIVE in AMP.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Workspace, string Name), Definition> namespaces = new();
    private readonly ConcurrentDictionary<string, Definition> alertManagers = new();
    private readonly ConcurrentDictionary<string, WorkspaceConfiguration> configurations = new();

    public static bool Knows(string? operation) =>
        operation is not null && (operation.Contains("RuleGroupsNamespace", StringComparison.Ordinal) || operation.Contains("AlertManagerDefinition", StringComparison.Ordinal)
            || operation.Contains("WorkspaceConfiguration", StringComparison.Ordinal));

    /// <summary>The rules of a workspace, by namespace.</summary>
    public IReadOnlyDictionary<string, string> RulesOf(string workspace) =>
        namespaces.Where(n => n.Key.Workspace == workspace).ToDictionary(n => n.Key.Name, n => n.Value.Text);

    public async Task<GatewayResponse> HandleAsync(ApiCall call)
    {
        var workspace = call.Required("workspaceId");
        return call.Operation switch
        {
            "CreateRuleGroupsNamespace" => await CreateAsync(workspace, call),
            "PutRuleGroupsNamespace" => await PutAsync(workspace, call),
            "DescribeRuleGroupsNamespace" => GatewayResponse.Json(new JsonObject { ["ruleGroupsNamespace"] = Described(call, Namespace(workspace, call), withData: true) }),
            "DeleteRuleGroupsNamespace" => await DeleteAsync(workspace, call),
            "ListRuleGroupsNamespaces" => GatewayResponse.Json(new JsonObject
            {
                ["ruleGroupsNamespaces"] = new JsonArray([.. namespaces.Where(n => n.Key.Workspace == workspace && n.Key.Name.StartsWith(call.Text("name") ?? "", StringComparison.Ordinal))
                    .OrderBy(n => n.Key.Name, StringComparer.Ordinal).Select(n => Described(call, n.Value, withData: false))]),
            }),
            "CreateAlertManagerDefinition" => alertManagers.TryAdd(workspace, New(call, "alertmanager", Text(call)))
                ? Accepted(new JsonObject { ["status"] = Status("CREATING") })
                : throw Exists("An alert manager definition"),
            "PutAlertManagerDefinition" => PutAlertManager(workspace, call),
            "DescribeAlertManagerDefinition" => GatewayResponse.Json(new JsonObject { ["alertManagerDefinition"] = AlertManager(workspace) }),
            "DeleteAlertManagerDefinition" => alertManagers.TryRemove(workspace, out _) ? GatewayResponse.Empty(202) : throw Missing("Alert manager definition"),
            "DescribeWorkspaceConfiguration" => GatewayResponse.Json(new JsonObject { ["workspaceConfiguration"] = ConfigurationOf(workspace).Describe() }),
            "UpdateWorkspaceConfiguration" => Configure(workspace, call),
            _ => throw AwsException.NotImplemented($"aps:{call.Operation}"),
        };
    }

    private WorkspaceConfiguration ConfigurationOf(string workspace) => configurations.GetValueOrDefault(workspace) ?? WorkspaceConfiguration.Initial;

    private GatewayResponse Configure(string workspace, ApiCall call)
    {
        configurations[workspace] = ConfigurationOf(workspace).Updated(call.Parameters);
        return Accepted(new JsonObject { ["status"] = Status("UPDATING") });
    }

    private async Task<GatewayResponse> CreateAsync(string workspace, ApiCall call)
    {
        var name = call.Required("name");
        if (!Names().IsMatch(name))
            throw new AwsException(400, "ValidationException", "1 validation error detected: the name must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'");
        var created = New(call, name, await CheckedAsync(workspace, name, call));
        return namespaces.TryAdd((workspace, name), created) ? Accepted(Described(call, created, withData: false)) : throw Exists($"Rule groups namespace {name}");
    }

    private async Task<GatewayResponse> PutAsync(string workspace, ApiCall call)
    {
        var before = Namespace(workspace, call);
        var after = before with { Text = await CheckedAsync(workspace, before.Name, call), ModifiedAt = time.GetUtcNow() };
        namespaces[(workspace, before.Name)] = after;
        return Accepted(Described(call, after, withData: false));
    }

    private async Task<GatewayResponse> DeleteAsync(string workspace, ApiCall call)
    {
        namespaces.TryRemove((workspace, Namespace(workspace, call).Name), out _);
        await evaluate(workspace, RulesOf(workspace));
        return GatewayResponse.Empty(202);
    }

    private GatewayResponse PutAlertManager(string workspace, ApiCall call)
    {
        if (!alertManagers.TryGetValue(workspace, out var before))
            throw Missing("Alert manager definition");
        alertManagers[workspace] = before with { Text = Text(call), ModifiedAt = time.GetUtcNow() };
        return Accepted(new JsonObject { ["status"] = Status("UPDATING") });
    }

    private JsonObject AlertManager(string workspace) => alertManagers.TryGetValue(workspace, out var definition)
        ? new JsonObject
        {
            ["status"] = Status(StatusOf(definition)),
            ["data"] = Encoded(definition),
            ["createdAt"] = Seconds(definition.CreatedAt),
            ["modifiedAt"] = Seconds(definition.ModifiedAt),
        }
        : throw Missing("Alert manager definition");

    private Definition Namespace(string workspace, ApiCall call) =>
        namespaces.GetValueOrDefault((workspace, call.Required("name"))) ?? throw Missing($"Rule groups namespace {call.Text("name")}");

    // AMP validates the text itself; in the twin, the Prometheus that evaluates the rules does.
    private async Task<string> CheckedAsync(string workspace, string name, ApiCall call)
    {
        var text = Text(call);
        if (namespaces.ContainsKey((workspace, name)) && call.Operation == "CreateRuleGroupsNamespace")
            throw Exists($"Rule groups namespace {name}");
        var all = RulesOf(workspace).Where(n => n.Key != name).Append(KeyValuePair.Create(name, text)).ToDictionary();
        if (await evaluate(workspace, all))
            return text;
        await evaluate(workspace, RulesOf(workspace));
        throw new AwsException(400, "ValidationException", $"Invalid rules definition in namespace {name}");
    }

    private Definition New(ApiCall call, string name, string text) => new(name, text, time.GetUtcNow(), time.GetUtcNow(), call.Tags("tags"));

    private JsonObject Described(ApiCall call, Definition definition, bool withData)
    {
        var json = new JsonObject
        {
            ["arn"] = $"arn:aws:aps:{call.Region}:{call.AccountId}:rulegroupsnamespace/{call.Text("workspaceId")}/{definition.Name}",
            ["name"] = definition.Name,
            ["status"] = Status(StatusOf(definition)),
            ["createdAt"] = Seconds(definition.CreatedAt),
            ["modifiedAt"] = Seconds(definition.ModifiedAt),
            ["tags"] = new JsonObject(definition.Tags.Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value))),
        };
        if (withData)
            json["data"] = Encoded(definition);
        return json;
    }

    private string StatusOf(Definition definition) =>
        time.GetUtcNow() - definition.ModifiedAt > Settling ? "ACTIVE" : definition.ModifiedAt > definition.CreatedAt ? "UPDATING" : "CREATING";

    private static string Encoded(Definition definition) => Convert.ToBase64String(Encoding.UTF8.GetBytes(definition.Text));

    private static double Seconds(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds() / 1000.0;

    private static JsonObject Status(string code) => new() { ["statusCode"] = code };

    private static GatewayResponse Accepted(JsonObject body) => GatewayResponse.Json(body, 202);

    private static string Text(ApiCall call)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(call.Required("data")));
        }
        catch (FormatException)
        {
            throw new AwsException(400, "ValidationException", "data is not base64");
        }
    }

    private static AwsException Exists(string what) => new(409, "ConflictException", $"{what} already exists");

    private static AwsException Missing(string what) => new(404, "ResourceNotFoundException", $"{what} not found");

    [GeneratedRegex("^[0-9A-Za-z][-.0-9A-Z_a-z]{0,63}$")]
    private static partial Regex Names();

    private sealed record Definition(string Name, string Text, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, IReadOnlyDictionary<string, string> Tags);
}

using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;

namespace CentralAmp.Twin.Aws.Authorization;

/// <summary>Facts that authorization may read in addition to the request.</summary>
/// <param name="Iam">IAM of the caller's account.</param>
/// <param name="AccessEntryArn">ARN of the access entry of a principal in a cluster; null if there is none.</param>
/// <param name="TagsOf">Tags of an EKS resource.</param>
public sealed record AuthorizationFacts(
    IamSnapshot Iam,
    Func<string, string, string?> AccessEntryArn,
    Func<string, IReadOnlyDictionary<string, string>> TagsOf);

/// <summary>
/// The actions and resources that a call needs, with their condition keys, for the operations that CentralAmp may use
/// (service authorization reference). The first action is that of the call itself.
/// </summary>
public static class RequiredActions
{
    /// <returns>Null for an operation that the twin does not know: refused, never allowed.</returns>
    public static IReadOnlyList<RequestedAction>? Of(ApiCall call, AuthorizationFacts facts) => call.Service switch
    {
        "iam" => IamActions.Of(call, facts),
        "eks" => EksActions.Of(call, facts),
        "sts" => StsActions(call),
        "aps" => ApsActions(call),
        "lambda" => LambdaActions(call),
        "states" => StatesActions(call),
        "events" => EventsActions(call),
        "dynamodb" => DynamoDbActions(call),
        "organizations" => OrganizationsActions(call),
        "sqs" => SqsActions(call),
        "logs" => LogsActions(call),
        _ => null,
    };

    internal static RequestedAction Action(ApiCall call, string resource, RequestContext? context = null) =>
        new($"{call.Service}:{call.Operation}", resource, context ?? RequestContext.Empty);

    internal static RequestContext RequestTags(IReadOnlyDictionary<string, string> tags) => tags.Count == 0
        ? RequestContext.Empty
        : RequestContext.Empty.WithTags("aws:RequestTag", tags).With("aws:TagKeys", tags.Keys);

    internal static string Arn(ApiCall call, string resource) =>
        $"arn:aws:{call.Service}:{call.Region}:{call.AccountId}:{resource}";

    // AssumeRole is decided by trust policy and identity policy together: SecurityTokenService.
    private static IReadOnlyList<RequestedAction>? StsActions(ApiCall call) => call.Operation switch
    {
        // Needs no permission at all ("GetCallerIdentity", STS API reference).
        "GetCallerIdentity" => [],
        "AssumeRole" => [],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction>? ApsActions(ApiCall call) => call.Operation switch
    {
        "CreateWorkspace" => [Action(call, "*", RequestTags(call.Tags("tags")))],
        "ListWorkspaces" => [Action(call, "*")],
        "DescribeWorkspace" or "RemoteWrite" or "QueryMetrics" or "GetLabels" or "GetSeries" or "GetMetricMetadata"
            or "DeleteWorkspace" or "UpdateWorkspaceAlias" or "DescribeWorkspaceConfiguration" or "UpdateWorkspaceConfiguration" or "ListRuleGroupsNamespaces"
            or "CreateAlertManagerDefinition" or "DescribeAlertManagerDefinition" or "PutAlertManagerDefinition" or "DeleteAlertManagerDefinition" => [Action(call, Arn(call, $"workspace/{call.Text("workspaceId")}"))],
        "CreateRuleGroupsNamespace" or "DescribeRuleGroupsNamespace" or "PutRuleGroupsNamespace" or "DeleteRuleGroupsNamespace" =>
            [Action(call, Arn(call, $"rulegroupsnamespace/{call.Text("workspaceId")}/{call.Text("name")}"), RequestTags(call.Tags("tags")))],
        "ListTagsForResource" => [Action(call, call.Required("resourceArn"))],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction>? LambdaActions(ApiCall call)
    {
        var name = call.Text("functionName") ?? "";
        var function = name.StartsWith("arn:", StringComparison.Ordinal) ? name : Arn(call, $"function:{name}");
        return call.Operation switch
        {
            "Invoke" => [new RequestedAction("lambda:InvokeFunction", function, RequestContext.Empty)],
            "GetFunction" or "GetFunctionConfiguration" => [Action(call, function)],
            _ => null,
        };
    }

    private static IReadOnlyList<RequestedAction>? StatesActions(ApiCall call) => call.Operation switch
    {
        "StartExecution" or "ListExecutions" or "DescribeStateMachine" => [Action(call, call.Required("stateMachineArn"))],
        "DescribeExecution" or "GetExecutionHistory" or "StopExecution" or "RedriveExecution" => [Action(call, call.Required("executionArn"))],
        "ListStateMachines" => [Action(call, "*")],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction>? EventsActions(ApiCall call) => call.Operation == "PutEvents"
        ? [.. (call.Parameters["Entries"]?.AsArray() ?? []).Select(entry => entry!.AsObject()).Select(entry => Action(
            call,
            BusArn(call, entry["EventBusName"]?.GetValue<string>()),
            RequestContext.Empty.With("events:source", entry["Source"]?.GetValue<string>())
                .With("events:detail-type", entry["DetailType"]?.GetValue<string>())))]
        : null;

    private static string BusArn(ApiCall call, string? name) =>
        name?.StartsWith("arn:", StringComparison.Ordinal) == true ? name : Arn(call, $"event-bus/{name ?? "default"}");

    private static IReadOnlyList<RequestedAction>? DynamoDbActions(ApiCall call)
    {
        string Table(string? name) => name?.StartsWith("arn:", StringComparison.Ordinal) == true ? name : Arn(call, $"table/{name}");
        switch (call.Operation)
        {
            case "GetItem" or "PutItem" or "UpdateItem" or "DeleteItem" or "DescribeTable":
                return [Action(call, Table(call.Required("TableName")))];
            case "Query" or "Scan":
                var index = call.Text("IndexName");
                return [Action(call, Table(call.Required("TableName")) + (index is null ? "" : $"/index/{index}"))];
            case "TransactWriteItems":
                return [.. (call.Parameters["TransactItems"]?.AsArray() ?? []).SelectMany(item => item!.AsObject())
                    .Select(item => new RequestedAction(
                        $"dynamodb:{(item.Key == "ConditionCheck" ? "ConditionCheckItem" : item.Key + "Item")}",
                        Table(item.Value!["TableName"]?.GetValue<string>()), RequestContext.Empty))];
            default:
                return null;
        }
    }

    private static IReadOnlyList<RequestedAction>? OrganizationsActions(ApiCall call) => call.Operation switch
    {
        // Listing knows no resources.
        "ListAccounts" or "DescribeOrganization" => [Action(call, "*")],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction>? SqsActions(ApiCall call) => call.Operation switch
    {
        "SendMessage" or "ReceiveMessage" or "DeleteMessage" or "GetQueueAttributes" =>
            [Action(call, Arn(call, call.Required("QueueUrl").Split('/')[^1]))],
        "GetQueueUrl" => [Action(call, Arn(call, call.Required("QueueName")))],
        _ => null,
    };

    private static IReadOnlyList<RequestedAction>? LogsActions(ApiCall call) => call.Operation switch
    {
        "PutLogEvents" or "CreateLogStream" => [Action(call, Arn(call, $"log-group:{call.Required("logGroupName")}:log-stream:{call.Text("logStreamName")}"))],
        "CreateLogGroup" => [Action(call, Arn(call, $"log-group:{call.Required("logGroupName")}"))],
        _ => null,
    };
}

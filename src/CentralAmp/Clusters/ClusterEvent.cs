using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Parses CloudTrail's event of a call to EKS as EventBridge delivers it. Pure.</summary>
/// <remarks>EventBridge sets the account of the envelope: it is the only field that the sender cannot choose.</remarks>
internal static class ClusterEvent
{
    /// <summary>Calls that create a cluster or change its tags.</summary>
    public static readonly string[] Onboarding = ["CreateCluster", "TagResource", "UntagResource", "UpdateClusterConfig"];

    public static readonly string[] Offboarding = ["DeleteCluster"];

    /// <summary>True for an EventBridge event, false for the input of an operator or a sweep.</summary>
    public static bool HasEventFields(JsonElement input) =>
        InputFields.Has(input, "detail") || InputFields.Has(input, "detail-type") || InputFields.Has(input, "source");

    /// <exception cref="BlockedException">The event is of another call, of a failed call, or of another account's cluster.</exception>
    public static ClusterReference Read(JsonElement input, string[] calls)
    {
        MustBe(input, "source", "aws.eks");
        MustBe(input, "detail-type", "AWS API Call via CloudTrail");
        var account = InputFields.RequiredText(input, "account", ClusterArn.IsAccountId, "an account id of twelve digits");
        var region = InputFields.RequiredText(input, "region", ClusterArn.IsRegion, "a region");
        var detail = InputFields.RequiredObject(input, "detail");
        MustBe(detail, "detail.eventSource", "eks.amazonaws.com");
        var call = MustBe(detail, "detail.eventName", calls);
        MustHaveSucceeded(detail, call, account, region);

        var cluster = call is "TagResource" or "UntagResource" ? Tagged(detail) : Named(detail, account, region);
        if (cluster.AccountId != account)
        {
            throw new BlockedException(
                Causes.AccountMismatch,
                $"The event came from account {account}, but its cluster is {cluster.Arn}.",
                "None: CentralAmp handles an event only for a cluster of the account that it came from. Find the sender of the event.");
        }

        return cluster.Region == region
            ? cluster
            : throw InputFields.Invalid($"The field 'region' is '{region}', but the event's cluster is {cluster.Arn}.");
    }

    /// <summary>The event of a tag names its resource by the ARN in the path of the call, which is often URL-encoded.</summary>
    private static ClusterReference Tagged(JsonElement detail) => ClusterArn.Parse(Uri.UnescapeDataString(InputFields.RequiredText(
        InputFields.RequiredObject(detail, "detail.requestParameters"), "detail.requestParameters.resourceArn")));

    private static ClusterReference Named(JsonElement detail, string account, string region)
    {
        var response = InputFields.Object(detail, "detail.responseElements");
        var answered = response is { } elements ? InputFields.Object(elements, "detail.responseElements.cluster") : null;
        if (answered is { } cluster && InputFields.Text(cluster, "detail.responseElements.cluster.arn") is { } arn)
        {
            return ClusterArn.Parse(arn);
        }

        var name = Name(answered, "detail.responseElements.cluster", "name")
            ?? Name(InputFields.Object(detail, "detail.requestParameters"), "detail.requestParameters", "name")
            // The form of AWS's documented sample of 2018.
            ?? Name(answered, "detail.responseElements.cluster", "clusterName")
            ?? Name(response, "detail.responseElements", "clusterName")
            ?? Name(InputFields.Object(detail, "detail.requestParameters"), "detail.requestParameters", "clusterName")
            ?? throw InputFields.Missing("detail.responseElements.cluster.name");
        return ClusterArn.IsName(name)
            ? ClusterArn.Build(account, region, name)
            : throw InputFields.Invalid($"The event's cluster name '{Quote.Cut(name)}' is not a valid name in EKS.");
    }

    private static string? Name(JsonElement? parent, string path, string field) =>
        parent is { } element ? InputFields.Text(element, $"{path}.{field}") : null;

    private static string MustBe(JsonElement parent, string path, params string[] expected)
    {
        var value = InputFields.RequiredText(parent, path);
        return expected.Contains(value, StringComparer.Ordinal)
            ? value
            : throw new BlockedException(
                Causes.EventNotSupported,
                $"The event's '{path}' is '{Quote.Cut(value)}'; this workflow handles only '{string.Join("', '", expected)}'.",
                "Correct the pattern of the EventBridge rule that sends it.");
    }

    private static void MustHaveSucceeded(JsonElement detail, string call, string account, string region)
    {
        var code = InputFields.Text(detail, "detail.errorCode");
        var message = InputFields.Text(detail, "detail.errorMessage");
        if (code is null && message is null)
        {
            return;
        }

        var why = $"failed ({code ?? "no code"}: {Quote.Cut(message ?? "no message")})";
        throw call == "CreateCluster"
            ? new BlockedException(
                Causes.CreateClusterFailed,
                $"The event's CreateCluster in {account}/{region} {why}; there is no cluster to onboard.",
                "None for CentralAmp: create the cluster again. The EventBridge rule should exclude events with an errorCode.")
            : new BlockedException(
                Causes.CallInEventFailed,
                $"The event's {call} in {account}/{region} {why}; it changed nothing.",
                "None. The EventBridge rule should exclude events with an errorCode.");
    }
}

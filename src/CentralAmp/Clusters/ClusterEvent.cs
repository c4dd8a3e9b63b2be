using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads CloudTrail's event of a call to EKS as EventBridge delivers it. Pure.</summary>
/// <remarks>The account of the envelope is set by EventBridge and is the only field that its sender cannot choose.</remarks>
internal static class ClusterEvent
{
    /// <summary>Calls after which a cluster may have to be onboarded, or its tags say something else.</summary>
    public static readonly string[] Onboarding = ["CreateCluster", "TagResource", "UntagResource", "UpdateClusterConfig"];

    public static readonly string[] Offboarding = ["DeleteCluster"];

    public static bool LooksLikeOne(JsonElement input) =>
        InputFields.Has(input, "detail") || InputFields.Has(input, "detail-type") || InputFields.Has(input, "source");

    /// <exception cref="BlockedException">It is not an event of one of these calls, or not one that may be followed.</exception>
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
                "None: an event is followed only for a cluster of the account it came from. See who put it on the bus.");
        }

        return cluster.Region == region
            ? cluster
            : throw InputFields.Invalid($"The field 'region' is '{region}', but the event's cluster is {cluster.Arn}.");
    }

    /// <summary>A tag's event names its resource by ARN, as it stood in the path of the call: encoded, often.</summary>
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
            : throw InputFields.Invalid($"The event's cluster name '{Quote.Cut(name)}' is not one that EKS allows.");
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
                $"The event's '{path}' is '{Quote.Cut(value)}'; only '{string.Join("', '", expected)}' is followed here.",
                "Correct the pattern of the rule that sends it.");
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
                "None for CentralAmp: create the cluster again; the rule should leave out events with an errorCode.")
            : new BlockedException(
                Causes.CallInEventFailed,
                $"The event's {call} in {account}/{region} {why}; nothing changed that would have to be followed.",
                "None; the rule should leave out events with an errorCode.");
    }
}

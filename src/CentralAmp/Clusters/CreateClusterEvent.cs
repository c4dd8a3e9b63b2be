using System.Text.Json;
using CentralAmp.Failures;

namespace CentralAmp.Clusters;

/// <summary>Reads the CloudTrail event of a CreateCluster as EventBridge delivers it. Pure.</summary>
/// <remarks>The account of the envelope is set by EventBridge and is the only field that its sender cannot choose.</remarks>
internal static class CreateClusterEvent
{
    public static ClusterReference Read(JsonElement input)
    {
        MustBe(input, "source", "aws.eks");
        MustBe(input, "detail-type", "AWS API Call via CloudTrail");
        var account = InputFields.RequiredText(input, "account", ClusterArn.IsAccountId, "an account id of twelve digits");
        var region = InputFields.RequiredText(input, "region", ClusterArn.IsRegion, "a region");
        var detail = InputFields.RequiredObject(input, "detail");
        MustBe(detail, "detail.eventSource", "eks.amazonaws.com");
        MustBe(detail, "detail.eventName", "CreateCluster");
        MustHaveSucceeded(detail, account, region);

        var cluster = Cluster(detail, account, region);
        if (cluster.AccountId != account)
        {
            throw new BlockedException(
                Causes.AccountMismatch,
                $"The event came from account {account}, but its cluster is {cluster.Arn}.",
                "None: an event onboards only a cluster of the account it came from. See who put it on the bus.");
        }

        return cluster.Region == region
            ? cluster
            : throw InputFields.Invalid($"The field 'region' is '{region}', but the event's cluster is {cluster.Arn}.");
    }

    private static ClusterReference Cluster(JsonElement detail, string account, string region)
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

    private static void MustBe(JsonElement parent, string path, string expected)
    {
        var value = InputFields.RequiredText(parent, path);
        if (value != expected)
        {
            throw new BlockedException(
                Causes.EventNotSupported,
                $"The event's '{path}' is '{Quote.Cut(value)}'; only '{expected}' onboards a cluster.",
                "Correct the pattern of the rule that sends it.");
        }
    }

    private static void MustHaveSucceeded(JsonElement detail, string account, string region)
    {
        var code = InputFields.Text(detail, "detail.errorCode");
        var message = InputFields.Text(detail, "detail.errorMessage");
        if (code is not null || message is not null)
        {
            throw new BlockedException(
                Causes.CreateClusterFailed,
                $"The event's CreateCluster in {account}/{region} failed ({code ?? "no code"}: {Quote.Cut(message ?? "no message")}); there is no cluster to onboard.",
                "None for CentralAmp: create the cluster again; the rule should leave out events with an errorCode.");
        }
    }
}

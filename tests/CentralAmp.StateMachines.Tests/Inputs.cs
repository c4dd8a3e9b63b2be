namespace CentralAmp.StateMachines.Tests;

/// <summary>Inputs of executions.</summary>
internal static class Inputs
{
    public static readonly string CreateClusterEvent = $$$"""
        {
          "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "AWS API Call via CloudTrail", "source": "aws.eks",
          "account": "{{{Onboardings.Cluster.AccountId}}}", "region": "{{{Onboardings.Cluster.Region}}}", "time": "2026-09-01T12:00:00Z", "resources": [],
          "detail": {
            "eventSource": "eks.amazonaws.com", "eventName": "CreateCluster",
            "requestParameters": {"name": "{{{Onboardings.Cluster.Name}}}"},
            "responseElements": {"cluster": {"name": "{{{Onboardings.Cluster.Name}}}", "arn": "{{{Onboardings.Cluster.Arn}}}", "status": "CREATING"}}
          }
        }
        """;

    /// <summary>JSON that is no object, and objects that name no valid cluster.</summary>
    public static readonly string[] Bad = ["\"shop\"", "[]", "[{\"clusterArn\": \"shop\"}]", "null", "42", "true", "{}", "{\"clusterArn\": \"shop\"}", "{\"clusterArn\": null}"];
}

using CentralAmp.Twin.Aws;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Runs;

/// <summary>Commands that an operator can copy while the twin stays up.</summary>
public static class KeepInstructions
{
    public static async Task<IReadOnlyList<string>> ForAsync(TwinWorld world)
    {
        var hub = world.Aws.Operators[TwinAccounts.Hub];
        var member = world.Aws.Operators[TwinAccounts.Member];
        return
        [
            "",
            $"# the workspace's Prometheus: {await world.WorkspaceAddressAsync()}",
            "",
            $"export AWS_ENDPOINT_URL={world.Aws.Endpoint.ToString().TrimEnd('/')} AWS_REGION={world.Region} AWS_DEFAULT_REGION={world.Region} AWS_PAGER=",
            "",
            "# in the member account: create and delete clusters",
            $"export AWS_ACCESS_KEY_ID={member.Id} AWS_SECRET_ACCESS_KEY={member.Secret}",
            $"aws eks create-cluster --name mine --role-arn arn:aws:iam::{world.MemberAccount}:role/eks-cluster --resources-vpc-config subnetIds=subnet-0a,subnet-0b",
            "aws eks delete-cluster --name mine",
            "",
            "# in the hub account: run the onboarding workflow again, list its executions, read the registry",
            $"export AWS_ACCESS_KEY_ID={hub.Id} AWS_SECRET_ACCESS_KEY={hub.Secret}",
            $$"""aws stepfunctions start-execution --state-machine-arn {{world.StateMachineArn}} --input '{"clusterArn":"arn:aws:eks:{{world.Region}}:{{world.MemberAccount}}:cluster/mine"}'""",
            $"aws stepfunctions list-executions --state-machine-arn {world.StateMachineArn}",
            $"aws dynamodb scan --table-name {world.Aws.HubOutputs["RegistryTable"]}",
            "",
            "# Ctrl-C ends the twin and everything it started",
        ];
    }
}

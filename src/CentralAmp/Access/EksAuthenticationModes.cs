using System.Security.Cryptography;
using System.Text;
using Amazon.EKS;
using Amazon.EKS.Model;
using CentralAmp.Aws;
using CentralAmp.Clusters;

namespace CentralAmp.Access;

/// <summary>Switches the authentication mode by EKS' UpdateClusterConfig, as the member role that manages.</summary>
public sealed class EksAuthenticationModes(AwsClients clients) : IAuthenticationModes
{
    public Task<string?> AddAccessEntriesAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        CallAsync<string?>(cluster, execution, "switching the authentication mode", async eks =>
        {
            try
            {
                var answer = await eks.UpdateClusterConfigAsync(
                    new UpdateClusterConfigRequest
                    {
                        Name = cluster.Name,
                        AccessConfig = new UpdateAccessConfigRequest { AuthenticationMode = AuthenticationMode.API_AND_CONFIG_MAP },
                        // The same token for a repeated call of one execution: a function that died after the call gets the same update.
                        ClientRequestToken = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster.Arn} {execution.Id}"))),
                    },
                    cancellationToken);
                return answer.Update.Id;
            }
            catch (ResourceInUseException)
            {
                return null;
            }
            catch (AmazonEKSException e) when (e is InvalidRequestException or InvalidParameterException)
            {
                throw AuthenticationModeDecision.Failed(cluster, e.Message);
            }
        }, cancellationToken);

    public Task<ModeUpdate> DescribeUpdateAsync(
        ClusterReference cluster, string updateId, ExecutionReference execution, CancellationToken cancellationToken) =>
        CallAsync(cluster, execution, "describing the switch of the authentication mode", async eks =>
        {
            var answer = await eks.DescribeUpdateAsync(new DescribeUpdateRequest { Name = cluster.Name, UpdateId = updateId }, cancellationToken);
            var errors = (answer.Update.Errors ?? []).Select(error => $"{error.ErrorCode?.Value}: {error.ErrorMessage}");
            return new ModeUpdate(answer.Update.Status?.Value ?? "", string.Join("; ", errors));
        }, cancellationToken);

    private Task<T> CallAsync<T>(
        ClusterReference cluster, ExecutionReference execution, string doing, Func<IAmazonEKS, Task<T>> call, CancellationToken cancellationToken) =>
        MemberEks.CallAsync(clients, cluster, MemberRole.Managing, execution, doing, call, cancellationToken);
}

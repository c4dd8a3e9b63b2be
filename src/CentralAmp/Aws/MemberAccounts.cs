using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Settings;

namespace CentralAmp.Aws;

/// <summary>CentralAmp's roles in a member account. Functions that read what clusters answer get the first one only.</summary>
public enum MemberRole
{
    /// <summary>Looks at clusters and IAM, and is the principal of the access entry: what it may do in a cluster is the cluster's RBAC.</summary>
    Looking,

    /// <summary>Changes access entries, elevation, IAM and authentication modes. It has no access to any cluster.</summary>
    Managing,
}

/// <summary>Credentials of the member roles in clusters' accounts, cached until shortly before they expire.</summary>
public sealed partial class MemberAccounts(IAmazonSecurityTokenService sts, HubSettings settings, TimeProvider time)
{
    /// <summary>Longer than the timeout of every function.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string RoleArn, string Session), (ImmutableCredentials Credentials, DateTimeOffset Expires)> cache = new();

    /// <summary>The role that is the principal of the access entry.</summary>
    public string RoleArn(ClusterReference cluster) => RoleArn(cluster.Partition, cluster.AccountId, MemberRole.Looking);

    /// <summary>Names the session after the execution, so that CloudTrail of the member account shows it.</summary>
    public Task<ImmutableCredentials> AssumeAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken) =>
        AssumeAsync(cluster.Partition, cluster.AccountId, role, cluster.ToString(), execution, cancellationToken);

    /// <param name="purpose">For sentences: a cluster, or an account and region.</param>
    public async Task<ImmutableCredentials> AssumeAsync(
        string partition, string accountId, MemberRole role, string purpose, ExecutionReference execution, CancellationToken cancellationToken)
    {
        var key = (RoleArn: RoleArn(partition, accountId, role), Session: SessionName(execution));
        var now = time.GetUtcNow();
        if (cache.TryGetValue(key, out var held) && now < held.Expires - Margin)
        {
            return held.Credentials;
        }

        // Sessions are per execution: without this, a warm function would keep all of them.
        foreach (var (old, _) in cache.Where(entry => now >= entry.Value.Expires - Margin))
        {
            cache.TryRemove(old, out _);
        }

        var assumed = await AssumeAsync(key.RoleArn, key.Session, accountId, purpose, cancellationToken);
        var credentials = new ImmutableCredentials(assumed.AccessKeyId, assumed.SecretAccessKey, assumed.SessionToken);
        cache[key] = (credentials, assumed.Expiration is { } at ? new DateTimeOffset(at.ToUniversalTime()) : now);
        return credentials;
    }

    private async Task<Credentials> AssumeAsync(string roleArn, string session, string accountId, string purpose, CancellationToken cancellationToken)
    {
        var doing = $"assuming {roleArn} for {purpose}";
        try
        {
            var answer = await sts.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = session }, cancellationToken);
            return answer.Credentials;
        }
        catch (AmazonServiceException e) when (AwsFailures.IsDenial(e) && !AwsFailures.IsDeniedByGuardrail(e))
        {
            throw new BlockedException(
                Causes.MemberRoleNotAssumable,
                $"While {doing}: denied ({e.Message}).",
                $"Deploy the current src/MemberAccount/template.yaml in account {accountId}, with this hub's account id.",
                e);
        }
        catch (Exception e) when (AwsFailures.TryMap(e, doing, CallSide.Hub, out var failure))
        {
            throw failure;
        }
    }

    private string RoleArn(string partition, string accountId, MemberRole role) =>
        $"arn:{partition}:iam::{accountId}:role/{(role == MemberRole.Managing ? settings.MemberManagerRoleName : settings.MemberRoleName)}";

    /// <summary>STS takes 2 to 64 of <c>[\w+=,.@-]</c>; the execution's name is the last part of its ARN.</summary>
    internal static string SessionName(ExecutionReference execution)
    {
        var name = NotAllowed().Replace($"central-amp-{execution.Id[(execution.Id.LastIndexOf(':') + 1)..]}", "-");
        return name.Length <= 64 ? name : name[..64];
    }

    [GeneratedRegex(@"[^A-Za-z0-9_+=,.@-]")]
    private static partial Regex NotAllowed();
}

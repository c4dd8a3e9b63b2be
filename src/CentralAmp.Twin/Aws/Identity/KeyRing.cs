using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace CentralAmp.Twin.Aws.Identity;

/// <summary>The principal of an access key. Without a role it is the account's operator, who is an administrator.</summary>
/// <param name="Arn">The caller's ARN: <c>…:assumed-role/name/session</c> or <c>…:user/operator</c>.</param>
/// <param name="UserId">Role id and session name, as in GetCallerIdentity.</param>
public sealed record Caller(string AccountId, string Arn, string UserId, string? RoleArn = null, string? RoleId = null)
{
    public bool IsOperator => RoleArn is null;
}

public sealed record AccessKey(string Id, string Secret, string? Token, DateTimeOffset Expires, Caller Caller);

/// <summary>All access keys that the twin has issued. It refuses other keys.</summary>
public sealed partial class KeyRing(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AccessKey> keys = new();

    public AccessKey? Find(string id) => keys.GetValueOrDefault(id);

    public AccessKey IssueOperator(string accountId) => Add(new AccessKey(
        NewId("AKIA"), NewSecret(), Token: null, DateTimeOffset.MaxValue,
        new Caller(accountId, $"arn:aws:iam::{accountId}:user/operator", "AIDATWINOPERATOR00000")));

    /// <summary>Issues a session of a role. The caller has checked that the principal may assume it.</summary>
    public AccessKey IssueSession(IamRole role, string sessionName, TimeSpan duration)
    {
        var arn = $"arn:aws:sts::{role.AccountId}:assumed-role/{role.Name}/{sessionName}";
        // Real session tokens are long, but short enough for an EKS token, which has 4,096 bytes at most.
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(480));
        return Add(new AccessKey(
            NewId("ASIA"), NewSecret(), token, time.GetUtcNow() + duration,
            new Caller(role.AccountId, arn, $"{role.Id}:{sessionName}", role.Arn, role.Id)));
    }

    /// <summary>Makes a session name that STS accepts from any text.</summary>
    public static string SessionName(string text)
    {
        var name = NotInSessionNames().Replace(text, "-");
        return name.Length <= 64 ? name : name[..64];
    }

    private static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    private AccessKey Add(AccessKey key) => keys[key.Id] = key;

    [GeneratedRegex(@"[^\w+=,.@-]")]
    private static partial Regex NotInSessionNames();
}

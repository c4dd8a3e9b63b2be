namespace CentralAmp.Twin.Aws;

/// <summary><c>arn:partition:service:region:account:resource</c>.</summary>
public sealed record Arn(string Partition, string Service, string Region, string AccountId, string Resource)
{
    public static Arn? TryParse(string? text) =>
        text?.Split(':', 6) is ["arn", var partition, var service, var region, var account, var resource] && resource.Length > 0
            ? new Arn(partition, service, region, account, resource)
            : null;

    /// <summary>The part of the resource after its first slash or colon: the name of a cluster, a function or a table.</summary>
    public string ResourceName => Resource[(Resource.IndexOfAny(['/', ':']) + 1)..];

    public override string ToString() => $"arn:{Partition}:{Service}:{Region}:{AccountId}:{Resource}";
}

using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CentralAmp.Twin.Aws;
using CentralAmp.Twin.Aws.Amp;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;
using Snappier;

namespace CentralAmp.Twin.World;

/// <summary>
/// The identity of a cluster's collector: its pod's service account token, the pod's role, and the role that its
/// remote-write entry names. It gets credentials in the same way as the collector.
/// </summary>
/// <param name="RoleArn">The role of the pod.</param>
/// <param name="SigV4RoleArn">The role in <c>sigv4</c> of the remote-write entry; null with direct trust.</param>
public sealed record CollectorIdentity(string Region, string RoleArn, string? SigV4RoleArn, string Token)
{
    /// <exception cref="InvalidOperationException">No pod of the cluster has a role.</exception>
    public static CollectorIdentity Of(TwinCluster cluster)
    {
        var pod = cluster.List("Pod").First(pod => RoleOf(pod) is not null);
        var entry = cluster.List("Prometheus").SelectMany(resource => resource.ObjectsAt("spec", "remoteWrite")).FirstOrDefault(entry => entry.TextAt("name") == "central-amp");
        return new CollectorIdentity(
            Arn.TryParse(cluster.Arn)!.Region, RoleOf(pod)!, entry.TextAt("sigv4", "roleArn"), cluster.TokenOf(pod.Namespace(), pod.TextAt("spec", "serviceAccountName")!));
    }

    /// <summary>The credentials with which the collector signs; with <paramref name="ingestRole"/>, credentials of that role instead.</summary>
    /// <exception cref="AmazonServiceException">STS refused.</exception>
    public async Task<AccessKey> CredentialsAsync(AwsTwin aws, CancellationToken cancellationToken, string? ingestRole = null)
    {
        using var anonymous = Sts(aws, new AnonymousAWSCredentials());
        var first = (await anonymous.AssumeRoleWithWebIdentityAsync(
            new AssumeRoleWithWebIdentityRequest { RoleArn = RoleArn, RoleSessionName = "twin", WebIdentityToken = Token }, cancellationToken)).Credentials;
        if ((ingestRole ?? SigV4RoleArn) is not { } next)
            return Key(first);

        using var chained = Sts(aws, first);
        return Key((await chained.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = next, RoleSessionName = "twin" }, cancellationToken)).Credentials);
    }

    /// <summary>Writes one sample to any workspace.</summary>
    /// <returns>The HTTP status of the workspace's answer.</returns>
    public static async Task<int> WriteAsync(AwsTwin aws, AccessKey key, string workspaceArn, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Sample: value 1.0 in field 1, the time in milliseconds in field 2.
        var sample = new MemoryStream();
        sample.Write([0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10]);
        for (var rest = (ulong)now.ToUnixTimeMilliseconds(); ; rest >>= 7)
        {
            sample.WriteByte((byte)(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest));
            if (rest <= 0x7f)
                break;
        }

        byte[] field = [0x12, (byte)sample.Length, .. sample.ToArray()];
        var body = Snappy.CompressToArray(new WriteRequest([new WriteSeries([KeyValuePair.Create("__name__", "twin_attempt"), KeyValuePair.Create("cluster", "twin")], 1, field)], ReadOnlyMemory<byte>.Empty).ToArray());
        var arn = Arn.TryParse(workspaceArn)!;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(aws.Endpoint, $"/workspaces/{arn.ResourceName}/api/v1/remote_write")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        request.Content.Headers.ContentEncoding.Add("snappy");
        request.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        request.Headers.Add("X-Amz-Security-Token", key.Token);
        RequestSigner.Sign(request, body, key, arn.Region, "aps", now);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    private AmazonSecurityTokenServiceClient Sts(AwsTwin aws, AWSCredentials credentials) => new(credentials, new AmazonSecurityTokenServiceConfig
    {
        ServiceURL = aws.Endpoint.ToString(),
        AuthenticationRegion = Region,
        MaxErrorRetry = 0,
    });

    private static AccessKey Key(Credentials credentials) => new(
        credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken, DateTimeOffset.MaxValue, new Caller("", "", ""));

    private static string? RoleOf(System.Text.Json.Nodes.JsonObject pod) => pod.ObjectsAt("spec", "containers")
        .SelectMany(container => container.ObjectsAt("env")).FirstOrDefault(variable => variable.TextAt("name") == "AWS_ROLE_ARN").TextAt("value");
}

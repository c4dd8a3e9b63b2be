using System.Text;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using CentralAmp.Clusters;
using CentralAmp.Kubernetes;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Kubernetes;

public sealed class EksTokenTests
{
    private static readonly ImmutableCredentials Session = new("ASIAEXAMPLE", "secret/+key", "tok/en+with==");

    [Fact]
    public void The_token_is_the_presigned_call_that_botocore_makes()
    {
        var query = Decode(EksToken.Create(Some.Cluster(), Session, Some.Noon)).Query.TrimStart('?').Split('&').Order(StringComparer.Ordinal);
        // botocore 1.43.11: SigV4QueryAuth on the same request, at the same time, with the same keys.
        var expected = ("Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=ASIAEXAMPLE%2F20260301%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=60"
            + "&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=tok%2Fen%2Bwith%3D%3D"
            + "&X-Amz-Signature=08adfdf7cd601dedd1431cfcf6f82bb74b996023b01c1e20d285cfb584f00b0c").Split('&').Order(StringComparer.Ordinal);
        Assert.Equal(expected, query);
    }

    [Fact]
    public void The_token_has_the_format_that_EKS_accepts()
    {
        var token = EksToken.Create(Some.Cluster(), new ImmutableCredentials("ASIAEXAMPLE", "secret", new string('t', 1500)), Some.Noon);
        Assert.Matches(new Regex(@"\Ak8s-aws-v1\.[A-Za-z0-9_-]+\z"), token);
        Assert.True(token.Length <= 4096);
        var address = Decode(token);
        Assert.Equal(("https", "sts.us-east-1.amazonaws.com", "/"), (address.Scheme, address.Authority, address.AbsolutePath));
    }

    [Fact]
    public void The_host_of_STS_depends_on_the_partition()
    {
        var cluster = ClusterArn.Parse("arn:aws-cn:eks:cn-north-1:222222222222:cluster/shop");
        Assert.Equal("sts.cn-north-1.amazonaws.com.cn", Decode(EksToken.Create(cluster, Session, Some.Noon)).Authority);
    }

    private static Uri Decode(string token)
    {
        var text = token["k8s-aws-v1.".Length..].Replace('-', '+').Replace('_', '/');
        return new Uri(Encoding.UTF8.GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))));
    }
}

using System.Text;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Clusters;

public sealed class ClusterAdmissionTests
{
    [Fact]
    public void An_active_cluster_goes_on_with_everything_later_states_need()
    {
        var described = Decide(Some.Observed);
        Assert.Equal(Some.Described(), described);
        Assert.Equal(Some.WorkspaceArn, described.WorkspaceArn);
        Assert.Equal(Some.CreatedAt, described.CreatedAt);
    }

    [Theory]
    [InlineData("CREATING")]
    [InlineData("UPDATING")]
    [InlineData("PENDING")]
    [InlineData("SOMETHING_NEW")]
    public void A_cluster_that_is_not_active_yet_is_waited_for(string status)
    {
        var described = Decide(Some.Observed with { Status = status, Issuer = null, Endpoint = null, CertificateAuthority = "" });
        Assert.Equal(ClusterNext.Wait, described.Next);
        Assert.Equal(30, described.WaitSeconds);
        Assert.Empty(described.Issuer + described.Endpoint + described.CertificateAuthority);
    }

    [Fact]
    public void Waiting_for_active_ends_at_the_limit()
    {
        var creating = Some.Observed with { Status = "CREATING" };
        Assert.Equal(ClusterNext.Wait, Decide(creating, TimeSpan.FromMinutes(59)).Next);
        Blocked(Causes.ClusterNotActiveInTime, "CREATING", creating, TimeSpan.FromMinutes(60));
    }

    [Fact]
    public void A_late_execution_of_an_active_cluster_goes_on() =>
        Assert.Equal(ClusterNext.Continue, Decide(Some.Observed, TimeSpan.FromDays(2)).Next);

    [Fact]
    public void A_cluster_that_is_gone_ends_the_road() => Blocked(Causes.ClusterNotFound, "cluster 'shop' in 222222222222/us-east-1", observed: null);

    [Fact]
    public void A_failed_cluster_ends_the_road() => Blocked(Causes.ClusterFailed, "failed", Some.Observed with { Status = "FAILED" });

    [Fact]
    public void A_cluster_being_deleted_ends_the_road() => Blocked(Causes.ClusterDeleting, "deleted", Some.Observed with { Status = "DELETING" });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("oidc.eks.us-east-1.amazonaws.com/id/X")]
    public void An_active_cluster_without_an_issuer_ends_the_road(string? issuer) =>
        Blocked(Causes.ClusterIssuerMissing, "issuer", Some.Observed with { Issuer = issuer });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("this is not base64!")]
    [InlineData("bm90IGEgY2VydGlmaWNhdGU=")]
    public void A_certificate_authority_that_is_none_ends_the_road(string? authority) =>
        Blocked(Causes.ClusterCertificateInvalid, "certificate authority", Some.Observed with { CertificateAuthority = authority });

    [Fact]
    public void A_certificate_authority_with_a_broken_certificate_ends_the_road() => Blocked(
        Causes.ClusterCertificateInvalid,
        "certificate authority",
        Some.Observed with
        {
            CertificateAuthority = Convert.ToBase64String(Encoding.ASCII.GetBytes("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
        });

    [Fact]
    public void An_active_cluster_without_an_endpoint_ends_the_road() =>
        Blocked(Causes.EndpointUnreachable, "no endpoint", Some.Observed with { Endpoint = null });

    [Fact]
    public void A_cluster_without_access_configuration_is_one_with_a_config_map() =>
        Assert.Equal("CONFIG_MAP", Decide(Some.Observed with { AuthenticationMode = null }).AuthenticationMode);

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("CREATING")]
    [InlineData("FAILED")]
    public void The_opt_out_tag_ends_the_road_whatever_the_status(string status) =>
        Assert.Equal(ClusterNext.OptOut, Decide(Tagged("central-amp:onboard", "False") with { Status = status }).Next);

    [Fact]
    public void Tags_of_others_do_not_matter() => Assert.Equal(ClusterNext.Continue, Decide(Tagged("team", "central-amp:onboard")).Next);

    [Fact]
    public void The_restart_tag_allows_to_roll_pods()
    {
        Assert.True(Decide(Tagged("central-amp:allow-restart", "true")).Options.AllowRestart);
        Assert.False(Decide(Some.Observed).Options.AllowRestart);
    }

    [Theory]
    [InlineData("central-amp:onboard", "no")]
    [InlineData("central-amp:onboard", "")]
    [InlineData("central-amp:allow-restart", "yes")]
    [InlineData("central-amp:onbord", "false")]
    [InlineData("Central-Amp:Onboard", "false")]
    public void Tags_that_cannot_be_followed_end_the_road(string key, string value) => Blocked(Causes.ClusterTagsInvalid, key, Tagged(key, value));

    private static ObservedCluster Tagged(string key, string value) => Some.Observed with { Tags = new Dictionary<string, string> { [key] = value } };

    private static ClusterDescription Decide(ObservedCluster? observed, TimeSpan sinceStart = default) =>
        ClusterAdmission.Decide(Some.Cluster(), observed, sinceStart, Some.Settings);

    private static void Blocked(string cause, string mentions, ObservedCluster? observed, TimeSpan sinceStart = default)
    {
        var blocked = Assert.Throws<BlockedException>(() => Decide(observed, sinceStart));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
    }
}

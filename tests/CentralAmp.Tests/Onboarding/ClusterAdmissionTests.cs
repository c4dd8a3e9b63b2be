using System.Text;
using CentralAmp.Clusters;
using CentralAmp.Failures;
using CentralAmp.Onboarding;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Onboarding;

public sealed class ClusterAdmissionTests
{
    [Fact]
    public void An_active_cluster_continues_with_everything_that_later_states_need()
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
        Assert.Equal(60, described.WaitSeconds);
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
    public void The_limit_for_an_updating_cluster_is_that_of_an_execution_that_waits_for_a_collector()
    {
        var updating = Some.Observed with { Status = "UPDATING" };
        Assert.Equal(ClusterNext.Wait, Decide(updating, TimeSpan.FromDays(6)).Next);
        Blocked(Causes.ClusterNotActiveInTime, "UPDATING", updating, TimeSpan.FromDays(7));
    }

    [Fact]
    public void A_late_execution_continues_if_the_cluster_is_active() =>
        Assert.Equal(ClusterNext.Continue, Decide(Some.Observed, TimeSpan.FromDays(2)).Next);

    [Fact]
    public void A_cluster_that_is_gone_ends_the_workflow() => Blocked(Causes.ClusterNotFound, "cluster 'shop' in 222222222222/us-east-1", observed: null);

    [Fact]
    public void A_failed_cluster_ends_the_workflow() => Blocked(Causes.ClusterFailed, "failed", Some.Observed with { Status = "FAILED" });

    [Fact]
    public void A_cluster_being_deleted_ends_the_workflow() => Blocked(Causes.ClusterDeleting, "deleted", Some.Observed with { Status = "DELETING" });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("oidc.eks.us-east-1.amazonaws.com/id/X")]
    public void An_active_cluster_without_an_issuer_ends_the_workflow(string? issuer) =>
        Blocked(Causes.ClusterIssuerMissing, "issuer", Some.Observed with { Issuer = issuer });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("this is not base64!")]
    [InlineData("bm90IGEgY2VydGlmaWNhdGU=")]
    public void An_invalid_certificate_authority_ends_the_workflow(string? authority) =>
        Blocked(Causes.ClusterCertificateInvalid, "certificate authority", Some.Observed with { CertificateAuthority = authority });

    [Fact]
    public void A_certificate_authority_with_a_broken_certificate_ends_the_workflow() => Blocked(
        Causes.ClusterCertificateInvalid,
        "certificate authority",
        Some.Observed with
        {
            CertificateAuthority = Convert.ToBase64String(Encoding.ASCII.GetBytes("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
        });

    [Fact]
    public void An_active_cluster_without_an_endpoint_ends_the_workflow() =>
        Blocked(Causes.EndpointUnreachable, "no endpoint", Some.Observed with { Endpoint = null });

    [Fact]
    public void The_endpoint_access_is_described_with_the_names_of_EKS()
    {
        Assert.Equal("endpointPublicAccess=true, publicAccessCidrs=0.0.0.0/0", Decide(Some.Observed).EndpointAccess);
        Assert.Equal(
            "endpointPublicAccess=true, publicAccessCidrs=203.0.113.0/24,198.51.100.7/32",
            Decide(Some.Observed with { PublicAccessCidrs = ["203.0.113.0/24", "198.51.100.7/32"] }).EndpointAccess);
        Assert.Equal("endpointPublicAccess=false", Decide(Some.Observed with { EndpointPublicAccess = false }).EndpointAccess);
    }

    [Fact]
    public void A_cluster_without_access_configuration_counts_as_CONFIG_MAP() =>
        Assert.Equal("CONFIG_MAP", Decide(Some.Observed with { AuthenticationMode = null }).AuthenticationMode);

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("CREATING")]
    [InlineData("FAILED")]
    public void The_opt_out_tag_ends_the_workflow_whatever_the_status(string status) =>
        Assert.Equal(ClusterNext.OptOut, Decide(Tagged("central-amp:onboard", "False") with { Status = status }).Next);

    [Fact]
    public void Other_tags_have_no_effect() => Assert.Equal(ClusterNext.Continue, Decide(Tagged("team", "central-amp:onboard")).Next);

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
    public void Invalid_tags_end_the_workflow(string key, string value) => Blocked(Causes.ClusterTagsInvalid, key, Tagged(key, value));

    [Fact]
    public void The_route_of_the_cluster_picks_workspace_and_trust_mode()
    {
        const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-production";
        var settings = Some.Settings with
        {
            Routes = RouteTable.Parse(
                $$"""[{"name":"production","workspaceArn":"{{Production}}","tags":{"environment":"production"},"trustMode":"chained"}]""", Some.HubAccount, [Some.WorkspaceArn, Production]),
        };
        var routed = Decide(Tagged("environment", "production"), settings: settings);
        Assert.Equal((Production, "chained"), (routed.WorkspaceArn, routed.TrustMode));
        var rest = Decide(Tagged("environment", "test"), settings: settings);
        Assert.Equal((Some.WorkspaceArn, "direct"), (rest.WorkspaceArn, rest.TrustMode));
    }

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("CREATING")]
    public void Invalid_routes_admit_no_cluster_and_name_the_field(string status)
    {
        var settings = Some.Settings with { Routes = RouteTable.Parse("""[{"name":"a","workspaceArn":"ws-1"}]""", Some.HubAccount, [Some.WorkspaceArn]) };
        var blocked = Assert.Throws<BlockedException>(() => Decide(Some.Observed with { Status = status }, settings: settings));
        Assert.Equal(Causes.RoutesInvalid, blocked.Cause);
        Assert.Contains("routes[0].workspaceArn", blocked.Sentence, StringComparison.Ordinal);
        Assert.Equal(ClusterNext.OptOut, Decide(Tagged("central-amp:onboard", "false"), settings: settings).Next);
    }

    [Fact]
    public void Where_clusters_opt_in_only_a_tagged_one_is_onboarded()
    {
        var settings = Some.Settings with { OnboardByDefault = false };
        Assert.Equal(ClusterNext.OptOut, Decide(Some.Observed, settings: settings).Next);
        Assert.Equal(ClusterNext.OptOut, Decide(Tagged("central-amp:onboard", "false"), settings: settings).Next);
        Assert.Equal(ClusterNext.Continue, Decide(Tagged("central-amp:onboard", "true"), settings: settings).Next);
    }

    private static ObservedCluster Tagged(string key, string value) => Some.Observed with { Tags = new Dictionary<string, string> { [key] = value } };

    private static ClusterDescription Decide(ObservedCluster? observed, TimeSpan sinceStart = default, HubSettings? settings = null) =>
        ClusterAdmission.Decide(Some.Cluster(), observed, sinceStart, settings ?? Some.Settings);

    private static void Blocked(string cause, string mentions, ObservedCluster? observed, TimeSpan sinceStart = default)
    {
        var blocked = Assert.Throws<BlockedException>(() => Decide(observed, sinceStart));
        Assert.Equal(cause, blocked.Cause);
        Assert.Contains(mentions, blocked.Sentence, StringComparison.Ordinal);
    }
}

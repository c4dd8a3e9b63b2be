using System.Text.RegularExpressions;
using CentralAmp.Clusters;
using CentralAmp.RemoteWrite;

namespace CentralAmp.Tests.RemoteWrite;

public sealed class ProfileRulesTests
{
    [Fact]
    public void Profile_full_keeps_everything() => Assert.Empty(ProfileRules.Of(Profiles.Full));

    [Theory]
    [InlineData("up", true, true)]
    [InlineData("central_amp_onboarding_proof", true, true)]
    [InlineData("kube_node_info", true, true)]
    [InlineData("kube_pod_status_phase", true, true)]
    [InlineData("kube_deployment_spec_replicas", true, false)]
    [InlineData("kube_node_status_condition;status=true", true, true)]
    [InlineData("kube_node_status_condition;status=false", true, false)]
    [InlineData("node_cpu_seconds_total;mode=idle", true, true)]
    [InlineData("node_cpu_seconds_total;mode=user", true, false)]
    [InlineData("node_memory_MemAvailable_bytes", true, true)]
    [InlineData("node_memory_Slab_bytes", true, false)]
    [InlineData("container_memory_working_set_bytes;container=web", true, true)]
    [InlineData("container_memory_working_set_bytes", true, false)]
    [InlineData("container_network_receive_bytes_total", true, false)]
    [InlineData("apiserver_request_total", true, false)]
    [InlineData("apiserver_watch_events_sizes_bucket", false, false)]
    [InlineData("node_namespace_pod_container:container_memory_working_set_bytes", true, false)]
    [InlineData("namespace_workload_pod:kube_pod_owner:relabel", true, false)]
    [InlineData("http_requests_total", false, false)]
    [InlineData("prometheus_tsdb_head_series", false, false)]
    public void The_smaller_profiles_keep_their_metrics(string series, bool kubernetes, bool minimal)
    {
        Assert.Equal(kubernetes, IsKept(Profiles.Kubernetes, series));
        Assert.Equal(minimal, IsKept(Profiles.Minimal, series));
    }

    [Fact]
    public void An_unknown_profile_is_a_bug() => Assert.Throws<ArgumentOutOfRangeException>(() => ProfileRules.Of("most").ToList());

    /// <summary>Matches as Prometheus does: label values joined with ';', the expression anchored.</summary>
    private static bool IsKept(string profile, string series)
    {
        var parts = series.Split(';');
        var labels = parts.Skip(1).Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1]);
        labels["__name__"] = parts[0];
        var rule = Assert.Single(ProfileRules.Of(profile));
        var joined = string.Join(';', rule["sourceLabels"]!.AsArray().Select(label => labels.GetValueOrDefault(label!.GetValue<string>(), "")));
        return Regex.IsMatch(joined, $"^(?:{rule["regex"]!.GetValue<string>()})$");
    }
}

using System.Text.Json.Nodes;
using CentralAmp.Clusters;
using CentralAmp.Deliveries.Managed;
using CentralAmp.RemoteWrite;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Deliveries.Rendered;

/// <summary>The rendering of every profile in every trust mode by each delivery.</summary>
public static class RenderedDeliveries
{
    private const string IngestRole = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-12345678";
    private const string CollectorRole = $"arn:aws:iam::{Some.MemberAccount}:role/central-amp/central-amp-shop-12345678";

    public static JsonArray Tolerations => [new JsonObject { ["key"] = "dedicated", ["operator"] = "Equal", ["value"] = "monitoring", ["effect"] = "NoSchedule" }];

    public static TheoryData<string, string> All => new MatrixTheoryData<string, string>(
        [Profiles.Full, Profiles.Kubernetes, Profiles.Minimal], [TrustModes.Direct, TrustModes.Chained]);

    public static string RoleOf(string trustMode) => trustMode == TrustModes.Chained ? CollectorRole : IngestRole;

    public static AgentSpec Spec(string profile, string trustMode) =>
        new(RoleOf(trustMode), Entry(profile, trustMode), "quay.io/prometheus/prometheus:v3.5.0", Tolerations);

    public static JsonObject Entry(string profile, string trustMode, string replicaLabel = "") => RemoteWriteEntry.Render(new RemoteWriteTarget(
        "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/",
        "eu-west-1",
        trustMode == TrustModes.Chained ? IngestRole : "",
        ClusterLabels.Of(Some.Cluster()),
        replicaLabel,
        Replicas: 1,
        Shards: 1,
        ProxyFromEnvironment: false,
        profile));
}

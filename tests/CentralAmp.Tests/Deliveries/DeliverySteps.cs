using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Deliveries;

/// <summary>Delivery and withdrawal in a fake cluster with an operator, a webhook and pods. The plan is from before the delivery.</summary>
public abstract class DeliverySteps : IDisposable
{
    protected const string RoleArn = "arn:aws:iam::111111111111:role/central-amp/central-amp-shop-12345678";

    protected DeliverySteps()
    {
        Planned = Cluster.Collector;
        PrometheusBefore = Content(Cluster.Prometheus);
        AccountBefore = Content(Cluster.ServiceAccount);
    }

    protected static string Stack { get; } = KubernetesPath.Prometheus("monitoring", "stack");

    protected static string Account { get; } = KubernetesPath.ServiceAccount("monitoring", "stack-prometheus");

    private protected FakeCollectorCluster Cluster { get; } = new(replicas: 2);

    protected string PrometheusBefore { get; }

    protected string AccountBefore { get; }

    protected Change PlanChange { get; set; } = Change.Created;

    private Collector Planned { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Cluster.Dispose();

    protected Task<DeliverRemoteWriteResult> DeliverAsync() => DeliverAsync(RoleArn);

    protected Task<DeliverRemoteWriteResult> DeliverAsync(string roleArn) =>
        new DeliverRemoteWriteStep(Cluster, Some.Registry(), Some.Settings, new FakeClock(Some.Noon), NullLogger<DeliverRemoteWriteStep>.Instance).RunAsync(
            new DeliverRemoteWriteRequest(Some.Execution(), Some.Cluster(), Some.Described(), Plan, Trust(roleArn)), TestContext.Current.CancellationToken);

    protected async Task<Change> WithdrawAsync() =>
        (await new WithdrawRemoteWriteStep(Cluster, Some.Registry(), Some.Settings, NullLogger<WithdrawRemoteWriteStep>.Instance).RunAsync(
            new WithdrawRemoteWriteRequest(Some.Execution(), Some.Cluster(), Some.Described(), Plan, Trust(RoleArn)), TestContext.Current.CancellationToken)).Change;

    private OnboardingPlan Plan => new()
    {
        Next = PlanNext.Deliver,
        Sentence = "",
        WorkspaceArn = Some.WorkspaceArn,
        WorkspaceEndpoint = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
        IngestRoleName = "central-amp-shop-12345678",
        ClusterLabel = "shop.us-east-1.222222222222",
        Collector = Planned,
        Change = PlanChange,
    };

    private static EnsureTrustResult Trust(string roleArn) => new(Change.Unchanged, roleArn, "arn:aws:iam::111111111111:oidc-provider/x", RbacAccess.Allowed);

    /// <summary>The resource without its resourceVersion.</summary>
    protected static string Content(JsonObject resource)
    {
        resource["metadata"]!.AsObject().Remove("resourceVersion");
        return resource.ToJsonString();
    }

    protected static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}

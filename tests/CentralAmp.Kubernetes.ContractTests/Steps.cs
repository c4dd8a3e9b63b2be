using CentralAmp.Access;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>Runs CentralAmp's delivery steps against the server, as a member of CentralAmp's group.</summary>
internal sealed class Steps(ContractServer server, OnboardingPlan plan) : IKubernetesClients
{
    public const string Role = "arn:aws:iam::111111111111:role/central-amp/central-amp-contract-01234567";
    private const string Workspace = "arn:aws:aps:us-east-1:111111111111:workspace/ws-11112222-3333-4444-5555-666677778888";
    private static readonly ExecutionReference Execution = new("arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:contract", DateTimeOffset.UnixEpoch);
    private static readonly ClusterDescription Described = new() { Next = ClusterNext.Continue, CreatedAt = 1, WorkspaceArn = Workspace };
    private static readonly EnsureTrustResult Trust = new(Change.Created, Role, "arn:aws:iam::111111111111:oidc-provider/contract", RbacAccess.Allowed);

    private static readonly HubSettings Settings = new()
    {
        RegistryTable = "central-amp-registry",
        WorkspaceArn = Workspace,
        HubAccountId = "111111111111",
        BoundaryArn = "arn:aws:iam::111111111111:policy/central-amp/boundary",
    };

    private readonly ClusterRegistry registry = new(new FakeDynamo(() => { }), Settings, TimeProvider.System);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static OnboardingPlan Plan(string delivery, Collector collector) => new()
    {
        Next = PlanNext.Deliver,
        Sentence = "The collector writes to the workspace.",
        Delivery = delivery,
        WorkspaceArn = Workspace,
        WorkspaceEndpoint = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
        IngestRoleName = Role.Split('/')[^1],
        RoleArn = Role,
        ClusterLabel = "contract.us-east-1.222222222222",
        Collector = collector,
        Change = Change.Created,
    };

    public Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken) =>
        Task.FromResult(server.AsGroup());

    public Task<DeliverRemoteWriteResult> DeliverAsync() =>
        new DeliverRemoteWriteStep(this, registry, Settings, TimeProvider.System, NullLogger<DeliverRemoteWriteStep>.Instance)
            .RunAsync(new DeliverRemoteWriteRequest(Execution, ContractServer.Cluster, Described, plan, Trust), Cancelled);

    public Task<WithdrawRemoteWriteResult> WithdrawAsync() =>
        new WithdrawRemoteWriteStep(this, registry, Settings, NullLogger<WithdrawRemoteWriteStep>.Instance)
            .RunAsync(new WithdrawRemoteWriteRequest(Execution, ContractServer.Cluster, Described, plan, Trust), Cancelled);
}

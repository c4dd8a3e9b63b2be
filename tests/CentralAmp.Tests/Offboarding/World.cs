using System.Text.Json.Nodes;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Offboarding;
using CentralAmp.Registry;
using CentralAmp.Routes;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;

namespace CentralAmp.Tests.Offboarding;

/// <summary>The process that ran an execution was killed.</summary>
public sealed class KilledException() : Exception("killed");

/// <summary>One of the clusters of that name, with its state in EKS and Kubernetes.</summary>
public sealed class Incarnation(int number, long createdAt) : IDisposable
{
    public long CreatedAt { get; } = createdAt;

    public string Issuer { get; } = $"https://oidc.eks.us-east-1.amazonaws.com/id/{number:D32}";

    public string Endpoint { get; } = $"https://{number:D32}.gr7.us-east-1.eks.amazonaws.com";

    public FakeCollectorCluster Stack { get; } = new();

    public FakeAccessEntries Entries { get; } = new();

    public string Status { get; set; } = "ACTIVE";

    public string AuthenticationMode { get; set; } = "API_AND_CONFIG_MAP";

    /// <summary>Whether its API server answers.</summary>
    public bool Reachable { get; set; } = true;

    public Dictionary<string, string> Tags { get; } = [];

    public void Dispose() => Stack.Dispose();
}

/// <summary>Two accounts and the clusters that have one name, one after the other. Counts every write of CentralAmp; the process may be killed after any of them.</summary>
internal sealed class World : IClusterReader, IAccessEntries, IKubernetesClients, IWorkspaces, ITrustStores, IDisposable
{
    private readonly List<Incarnation> incarnations = [];
    private readonly FakeDynamo dynamo;
    private readonly FakeIam hub;
    private readonly FakeIam member;

    public World(HubSettings? settings = null)
    {
        Settings = settings ?? Some.Settings;
        dynamo = new FakeDynamo(Writing);
        hub = new FakeIam(Settings.HubAccountId, Writing, Deleting);
        member = Cluster.AccountId == Settings.HubAccountId ? hub : new FakeIam(Some.MemberAccount, Writing, Deleting);
        Registry = new ClusterRegistry(dynamo, Settings, Clock);
        HubStore = new IamTrustStore(hub);
    }

    public HubSettings Settings { get; }

    public ClusterReference Cluster { get; } = Some.Cluster();

    public FakeClock Clock { get; } = new(Some.Noon);

    public ClusterRegistry Registry { get; }

    public FakeIam Hub => hub;

    public FakeIam Member => member;

    /// <summary>The expected clusters that the hub recorded in the workspaces.</summary>
    public FakeWorkspaces Workspaces { get; } = new();

    public ClusterExpectation Expectations => Workspaces.Expectations(Registry, Settings, Clock);

    public int Writes { get; private set; }

    /// <summary>The number of writes after which the process is killed; null: never.</summary>
    public int? KilledAfter { get; set; }

    /// <summary>Runs before each write but deletions in IAM, with its number from 1 on.</summary>
    public Action<int> BeforeWrite { get; set; } = _ => { };

    /// <summary>Whether the member role can be assumed.</summary>
    public bool MemberAnswers { get; set; } = true;

    public Incarnation? Current { get; private set; }

    public Incarnation this[int number] => incarnations[number - 1];

    private ITrustStore HubStore { get; }

    ITrustStore ITrustStores.Hub => HubStore;

    private Incarnation Living => Current ?? throw NotFound();

    /// <summary>Creates a cluster after its predecessor is gone.</summary>
    public Incarnation Create()
    {
        // The first one is older than every execution.
        var number = incarnations.Count + 1;
        Current = new Incarnation(number, number == 1 ? Some.CreatedAt + 60_000 : Clock.GetUtcNow().ToUnixTimeMilliseconds() + number);
        incarnations.Add(Current);
        return Current;
    }

    /// <summary>Deletes all items of the registry.</summary>
    public void LoseRegistry() => dynamo.Clear();

    /// <summary>The items are as an earlier version wrote them.</summary>
    public void ForgetFacts(params string[] attributes) => dynamo.Remove(attributes.Length > 0 ? attributes : [.. ClusterRegistry.FactAttributes]);

    /// <summary>EKS has accepted DeleteCluster.</summary>
    public void BeginDeletion() => Current!.Status = "DELETING";

    public void EndDeletion() => Current = null;

    public Task<ObservedCluster?> FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        RequireMember();
        return Task.FromResult(Current is not { } living ? null : Some.Observed with
        {
            Status = living.Status,
            CreatedAt = living.CreatedAt,
            Issuer = living.Issuer,
            Endpoint = living.Endpoint,
            AuthenticationMode = living.AuthenticationMode,
            Tags = living.Tags,
        });
    }

    Task<ObservedAccessEntry?> IAccessEntries.FindAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        Living.Entries.FindAsync(cluster, execution, cancellationToken);

    public Task<bool> CreateAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        WriteAsync(() => Living.Entries.CreateAsync(cluster, execution, cancellationToken));

    public Task UpdateGroupsAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        Writing();
        return Living.Entries.UpdateGroupsAsync(cluster, execution, cancellationToken);
    }

    public Task<bool> IsAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        Current?.Entries.IsAdminAsync(cluster, execution, cancellationToken) ?? Task.FromResult(false);

    public Task<bool> AssociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        WriteAsync(() => Living.Entries.AssociateAdminAsync(cluster, execution, cancellationToken));

    public string PrincipalArn(ClusterReference cluster) => $"arn:{cluster.Partition}:iam::{cluster.AccountId}:role/CentralAmpMember";

    public Task<bool> DisassociateAdminAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        WriteAsync(() => Current?.Entries.DisassociateAdminAsync(cluster, execution, cancellationToken) ?? Task.FromResult(false));

    public Task<bool> DeleteAsync(ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken) =>
        WriteAsync(() => Living.Entries.DeleteAsync(cluster, execution, cancellationToken));

    public Task<IKubernetes> ConnectAsync(
        ClusterReference cluster, ClusterDescription described, ExecutionReference execution, CancellationToken cancellationToken)
    {
        RequireMember();
        if (Current is not { Reachable: true } living || living.Endpoint != described.Endpoint)
        {
            throw new BlockedException(Causes.EndpointUnreachable, $"{described.Endpoint} cannot be reached.", "Open it.");
        }

        return living.Entries.Entry is null
            ? throw new NotReadyException(Causes.KubernetesUnauthorized, "The API server does not authenticate CentralAmp.", "Wait.")
            : Task.FromResult<IKubernetes>(new WatchedKubernetes(living.Stack, living.Entries, Writing));
    }

    public Task<Workspace> FindAsync(string arn, CancellationToken cancellationToken) =>
        Task.FromResult(new Workspace(arn, $"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/{Workspace.IdOf(arn)}/"));

    public Task<ITrustStore> MemberAsync(ClusterReference cluster, MemberRole role, ExecutionReference execution, CancellationToken cancellationToken)
    {
        RequireMember();
        return Task.FromResult<ITrustStore>(new IamTrustStore(member, CallSide.Member));
    }

    public Task<Amazon.IdentityManagement.IAmazonIdentityManagementService> MemberIamAsync(
        ClusterReference cluster, ExecutionReference execution, CancellationToken cancellationToken)
    {
        RequireMember();
        return Task.FromResult<Amazon.IdentityManagement.IAmazonIdentityManagementService>(member);
    }

    /// <summary>The managed resources that remain of a cluster in IAM and, if it lives, in EKS and in the cluster.</summary>
    public IReadOnlyList<string> RemainingOf(Incarnation cluster)
    {
        var remaining = new List<string>();
        foreach (var iam in (FakeIam[])[hub, member])
        {
            remaining.AddRange(iam.Roles.Values.Where(role => IsOf(cluster, role.Tags)).Select(role => role.Arn));
            remaining.AddRange(iam.Providers.Where(provider => IsOf(cluster, provider.Value.Tags)).Select(provider => provider.Key));
        }

        return cluster == Current ? [.. remaining.Distinct(), .. RemainingInCluster(cluster)] : [.. remaining.Distinct()];
    }

    /// <summary>Its ingest role exists and is denied everything.</summary>
    public bool IsCut(Incarnation cluster) =>
        PolicyMeaning.IsSame(Hub.Policies[(IngestRole.Name(Cluster, cluster.CreatedAt), IngestRole.PolicyName)], TrustPolicies.Denial);

    /// <summary>Whether the collector of the cluster can send with exactly the identity that it has.</summary>
    public int Incarnations => incarnations.Count;

    public bool SendsToAny(Incarnation cluster, IEnumerable<string> workspaceArns) => workspaceArns.Any(workspace => Sends(cluster, workspace));

    public bool Sends(Incarnation cluster) => Sends(cluster, Settings.WorkspaceArn);

    public bool Sends(Incarnation cluster, string workspaceArn)
    {
        var name = IngestRole.Name(Cluster, cluster.CreatedAt);
        var hasAgent = cluster.Stack.Objects.Get(KubernetesPath.PrometheusAgent("central-amp", "central-amp")) is not null;
        var account = hasAgent ? cluster.Stack.Objects.Get(KubernetesPath.ServiceAccount("central-amp", "central-amp-collector")) : cluster.Stack.ServiceAccount;
        return cluster == Current
            && (hasAgent || PrometheusResource.Read(cluster.Stack.Prometheus).RemoteWriteIsManaged)
            && account?["metadata"]!["annotations"]!["eks.amazonaws.com/role-arn"]!.ToString().EndsWith(name, StringComparison.Ordinal) == true
            && hub.Policies.TryGetValue((name, IngestRole.PolicyName), out var policy)
            // During a move, the policy grants two workspaces.
            && policy.Contains($"\"{workspaceArn}\"", StringComparison.Ordinal)
            && !PolicyMeaning.IsSame(policy, TrustPolicies.Denial);
    }

    public void Dispose()
    {
        incarnations.ForEach(cluster => cluster.Dispose());
        Workspaces.Dispose();
        dynamo.Dispose();
        hub.Dispose();
        member.Dispose();
    }

    private static IEnumerable<string> RemainingInCluster(Incarnation cluster)
    {
        if (cluster.Entries.Entry is { } entry && entry.Tags.ContainsKey(AccessEntryDecision.ClusterTag))
        {
            yield return "access entry";
        }

        if (cluster.Entries.Admin)
        {
            yield return "elevation";
        }

        foreach (var item in ((string[])["roles", "rolebindings", "clusterroles", "clusterrolebindings"]).SelectMany(kind => cluster.Stack.Objects.All($"/{kind}/")!))
        {
            if (ManagedNames.IsManaged(item))
            {
                yield return $"{item["kind"]} {item["metadata"]!["name"]}";
            }
        }

        var (prometheus, account) = (PrometheusResource.Read(cluster.Stack.Prometheus), ServiceAccountResource.Read(cluster.Stack.ServiceAccount));
        if (!CollectorIdentity.IsUntouched(prometheus, account) || prometheus.RemoteWrite.Count > 0)
        {
            yield return "collector";
        }
    }

    private bool IsOf(Incarnation cluster, List<Amazon.IdentityManagement.Model.Tag>? tags) =>
        (tags ?? []).Any(tag => tag.Key == TrustTags.ClusterArn && tag.Value == Cluster.Arn)
        && tags!.Any(tag => tag.Key == TrustTags.CreatedAt && tag.Value == $"{cluster.CreatedAt}");

    private void RequireMember()
    {
        if (!MemberAnswers)
        {
            throw new BlockedException(Causes.MemberRoleNotAssumable, "The member role cannot be assumed.", "Deploy it.");
        }
    }

    private Task<T> WriteAsync<T>(Func<Task<T>> write)
    {
        Writing();
        return write();
    }

    private void Writing() => Write(isHooked: true);

    /// <summary>IAM deletes by name whatever happened since the claim was checked: nothing can be asked of CentralAmp in that moment.</summary>
    private void Deleting() => Write(isHooked: false);

    private void Write(bool isHooked)
    {
        if (KilledAfter is { } most && Writes >= most)
        {
            throw new KilledException();
        }

        Writes++;
        if (isHooked)
        {
            BeforeWrite(Writes);
        }

        Assert.True(CredentialsResolve(), "A collector has the managed entry, but its role is missing: it could not reload.");
    }

    /// <summary>Must hold after every write: a collector with the managed entry has the roles that it needs.</summary>
    private bool CredentialsResolve()
    {
        if (Current is not { } living || !PrometheusResource.Read(living.Stack.Prometheus).RemoteWrite.Any(entry => entry["name"]!.ToString() == ManagedNames.EntryName))
        {
            return true;
        }

        var (name, arn) = (IngestRole.Name(Cluster, living.CreatedAt), ServiceAccountResource.Read(living.Stack.ServiceAccount).RoleArn);
        return hub.Roles.ContainsKey(name) && (arn.Contains(Some.HubAccount, StringComparison.Ordinal) || member.Roles.ContainsKey(name));
    }

    private static BlockedException NotFound() => new(Causes.ClusterNotFound, "The cluster is gone.", "None.");

    /// <summary>Refuses calls that only a cluster-admin may make unless the member role is elevated, and counts writes.</summary>
    private sealed class WatchedKubernetes(FakeCollectorCluster stack, FakeAccessEntries entries, Action writing) : IKubernetes
    {
        public Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken) => stack.GetAsync(path, cancellationToken);

        public Task<IReadOnlyList<JsonObject>?> ListAsync(string path, CancellationToken cancellationToken)
        {
            RequireAdmin(path.Contains("rbac", StringComparison.Ordinal) || path == KubernetesPath.AllServiceAccounts);
            return stack.ListAsync(path, cancellationToken);
        }

        public Task<IReadOnlyList<JsonObject>?> ListMetadataAsync(string path, CancellationToken cancellationToken)
        {
            RequireAdmin(needed: true);
            return stack.ListMetadataAsync(path, cancellationToken);
        }

        public Task<JsonObject> ApplyAsync(string path, JsonObject desired, CancellationToken cancellationToken)
        {
            writing();
            RequireAdmin(path.Contains("rbac", StringComparison.Ordinal));
            RequireWriting(path);
            return stack.ApplyAsync(path, desired, cancellationToken);
        }

        public Task<JsonObject> MergePatchAsync(string path, JsonObject patch, CancellationToken cancellationToken) =>
            stack.MergePatchAsync(path, patch, cancellationToken);

        public Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken) => stack.CreateAsync(path, body, cancellationToken);

        public Task<bool> DeleteAsync(string path, string uid, CancellationToken cancellationToken)
        {
            writing();
            RequireAdmin(needed: true);
            return stack.DeleteAsync(path, uid, cancellationToken);
        }

        public Task<ProxyAnswer> ProxyGetAsync(string path, CancellationToken cancellationToken) => stack.ProxyGetAsync(path, cancellationToken);

        public void Dispose()
        {
            // The cluster outlives its connections.
        }

        private void RequireAdmin(bool needed)
        {
            if (needed && entries is not { Entry: not null, Admin: true })
            {
                throw Forbidden();
            }
        }

        /// <summary>What is not RBAC, the group writes by a RoleBinding in the namespace of the object.</summary>
        private void RequireWriting(string path)
        {
            var @namespace = path.Split("/namespaces/") is [_, var rest] ? rest.Split('/')[0] : "";
            if (entries.Entry is null
                || (!entries.Admin && @namespace.Length > 0 && stack.Objects.Get(KubernetesPath.RoleBinding(@namespace, RbacManifests.WriteName)) is null))
            {
                throw Forbidden();
            }
        }

        private static NotReadyException Forbidden() => new(Causes.KubernetesForbidden, "The group may not.", "Install the RBAC.");
    }
}

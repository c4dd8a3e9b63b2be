using System.Net;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters.Api;
using CentralAmp.Twin.Clusters.Objects;
using CentralAmp.Twin.Clusters.Stack;
using CentralAmp.Twin.Tests.Prometheus;

namespace CentralAmp.Twin.Tests.Clusters;

/// <summary>Owners of the stack: Helm and Argo CD, and their effect on a list that another manager changed.</summary>
public sealed class OwnershipTests(PrometheusFixture prometheus)
{
    [Theory]
    [InlineData(RemoteWriteOwner.Helm, "helm")]
    [InlineData(RemoteWriteOwner.GitOps, "argocd-controller")]
    public async Task The_owner_stands_in_managed_fields_and_others_meet_a_conflict(RemoteWriteOwner owner, string manager)
    {
        await using var test = await StartAsync(owner);

        var answer = await test.ApplyAsync(Path(test), Entry(test));

        answer.Expect(HttpStatusCode.Conflict);
        Assert.Equal(".spec.remoteWrite", Assert.Single(answer.Causes).TextAt("field"));
        Assert.Contains($"conflict with \"{manager}\"", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helm_fails_after_another_manager_forced_an_entry_and_argo_removes_the_entry()
    {
        await using var helm = await StartAsync(RemoteWriteOwner.Helm);
        (await helm.ApplyAsync(Path(helm), Entry(helm), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.OK);
        Assert.Equal(409, Assert.Throws<StatusException>(helm.Cluster.ApplyStackAgain).Code);

        await using var argo = await StartAsync(RemoteWriteOwner.GitOps);
        (await argo.ApplyAsync(Path(argo), Entry(argo), "fieldManager=central-amp&force=true")).Expect(HttpStatusCode.OK);
        argo.Cluster.ApplyStackAgain();
        Assert.Equal("observability", argo.Snapshot().ObjectsAt("spec", "remoteWrite").Single().TextAt("name"));
    }

    [Fact]
    public async Task A_list_that_helm_does_not_apply_stays_as_another_manager_set_it()
    {
        await using var test = await StartAsync(RemoteWriteOwner.HelmElsewhere);
        (await test.ApplyAsync(Path(test), Entry(test))).Expect(HttpStatusCode.OK);

        test.Cluster.ApplyStackAgain();

        Assert.Equal("central-amp", test.Snapshot().ObjectsAt("spec", "remoteWrite").Single().TextAt("name"));
    }

    [Theory]
    [InlineData(RemoteWriteOwner.Helm)]
    [InlineData(RemoteWriteOwner.GitOps)]
    public async Task Applying_the_same_again_changes_nothing(RemoteWriteOwner owner)
    {
        await using var test = await StartAsync(owner);
        var before = test.Snapshot().At("metadata", "generation")!.ToText();

        test.Cluster.ApplyStackAgain();

        Assert.Equal(before, test.Snapshot().At("metadata", "generation")!.ToText());
        Assert.Empty(test.Cluster.OwnRestarts);
    }

    [Fact]
    public async Task A_role_of_another_owner_is_on_the_service_account_and_on_the_pods()
    {
        const string role = "arn:aws:iam::222222222222:role/thanos";
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { ForeignRole = role });

        Assert.True(test.AllPods(p => p.HasRole(role)));
        Assert.Equal(role, test.Cluster.Snapshot("ServiceAccount", StackNames.Namespace, test.Cluster.Names.Prometheus).TextAt("metadata", "annotations", "eks.amazonaws.com/role-arn"));
    }

    [Fact]
    public async Task A_prometheus_of_an_older_operator_has_fewer_fields_and_no_conditions()
    {
        await using var test = await TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { OlderOperator = true, HasAgentDefinition = false });

        Assert.Null(test.Snapshot().At("spec", "replicas"));
        Assert.Empty(test.Snapshot().ObjectsAt("status", "conditions"));
        (await test.GetAsync("/apis/monitoring.coreos.com/v1alpha1/prometheusagents")).Expect(HttpStatusCode.NotFound);
        var newer = Entry(test).Replace("\"name\":\"central-amp\"", "\"name\":\"central-amp\",\"messageVersion\":\"V2.0\"", StringComparison.Ordinal);
        Assert.Contains("field not declared in schema", (await test.ApplyAsync(Path(test), newer)).Expect(HttpStatusCode.InternalServerError).Message, StringComparison.Ordinal);
        (await test.ApplyAsync(Path(test), Entry(test))).Expect(HttpStatusCode.OK);
    }

    private Task<TestCluster> StartAsync(RemoteWriteOwner owner) =>
        TestCluster.StartWithStackAsync(prometheus.Binary, new ClusterBehaviour { RemoteWriteOwner = owner });

    private static string Path(TestCluster test) => $"/apis/monitoring.coreos.com/v1/namespaces/{StackNames.Namespace}/prometheuses/{test.Cluster.Names.Prometheus}";

    private static string Entry(TestCluster test) => new JsonObject
    {
        ["apiVersion"] = "monitoring.coreos.com/v1",
        ["kind"] = "Prometheus",
        ["metadata"] = new JsonObject { ["name"] = test.Cluster.Names.Prometheus, ["namespace"] = StackNames.Namespace },
        ["spec"] = new JsonObject { ["remoteWrite"] = new JsonArray(new JsonObject { ["name"] = "central-amp", ["url"] = "http://127.0.0.1:1/write" }) },
    }.ToJsonString();
}

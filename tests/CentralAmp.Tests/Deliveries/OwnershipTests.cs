using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Deliveries;
using CentralAmp.Deliveries.Managed;
using CentralAmp.Failures;
using CentralAmp.Kubernetes;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Tests.Support;
using CentralAmp.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace CentralAmp.Tests.Deliveries;

/// <summary>Somebody with rights in one namespace sets CentralAmp's marks: what the registry and the role do not name is not CentralAmp's.</summary>
public sealed class OwnershipTests : IDisposable
{
    private const string Stack = "system:serviceaccount:monitoring:stack-prometheus";
    private const string Tenant = "system:serviceaccount:team:theirs";
    private static readonly string TenantsPrometheus = KubernetesPath.Prometheus("team", "theirs");

    private readonly DeliveryRun run = new();

    private FakeCollectorCluster Cluster => run.Cluster;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_tenants_Prometheus_with_CentralAmps_field_manager_is_not_replaced_and_its_service_account_not_trusted()
    {
        await run.RunAsync();
        ApplyAsCentralAmp();
        // What the role trusts does not matter as long as the registry explains it.
        foreach (var trusted in (string[][])[[Stack], [Stack, Tenant], [Tenant, Stack]])
        {
            run.Trusted = trusted;
            var plan = await run.PlanAsync();
            Assert.Equal(("stack", Change.Unchanged, 0), (plan.RequireCollector().Name, plan.Change, plan.Replaces.Length));
            Assert.Equal([Stack], SubjectsOf(plan));
        }
    }

    [Fact]
    public async Task A_tenant_gains_no_trust_while_the_collector_moves_either()
    {
        await run.RunAsync();
        ApplyAsCentralAmp();
        run.Trusted = [Stack];
        run.Tag = DeliveryNames.PrometheusAgent;
        var plan = await run.PlanAsync();
        Assert.Equal("stack", Assert.Single(plan.Replaces).Collector.Name);
        Assert.Equal(["system:serviceaccount:central-amp:central-amp-collector", Stack], SubjectsOf(plan));
    }

    [Fact]
    public async Task In_an_item_from_before_the_facts_the_role_shows_the_collector_and_a_tenant_is_nobody()
    {
        await BeforeTheFactsAsync();
        ApplyAsCentralAmp();
        run.Trusted = [Stack];
        var plan = await run.PlanAsync();
        Assert.Equal(("stack", Change.Unchanged, 0), (plan.RequireCollector().Name, plan.Change, plan.Replaces.Length));

        var facts = run.Item!.After(OnboardingFacts.Deliver(plan, null)).Facts;
        Assert.Equal(("monitoring", "stack", "stack-prometheus"), (facts.Onboarded()!.Namespace, facts.Onboarded()!.Name, facts.Onboarded()!.ServiceAccount));
        Assert.DoesNotContain(facts.Objects, item => item.Contains("team", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tenant_that_an_earlier_version_let_into_the_trust_policy_leaves_it()
    {
        await BeforeTheFactsAsync();
        ApplyAsCentralAmp();
        run.Trusted = [Stack, Tenant];
        Assert.Equal([Stack], SubjectsOf(await run.PlanAsync()));

        // Where a move had not ended, the second subject may be the collector that still sends.
        run.Item = run.Item! with { State = Outcome.Failed };
        Assert.Equal([Stack, Tenant], SubjectsOf(await run.PlanAsync()));
        run.Trusted = [Stack, Tenant, "system:serviceaccount:team:more"];
        Assert.Equal([Stack], SubjectsOf(await run.PlanAsync()));
    }

    [Fact]
    public async Task A_first_move_from_before_the_facts_that_is_interrupted_is_finished()
    {
        await BeforeTheFactsAsync();
        (run.Trusted, run.Tag) = ([Stack], DeliveryNames.PrometheusAgent);
        await run.InstallAsync(await run.PlanAsync());
        // The execution dies after the announcement, with both subjects in the role.
        run.Trusted = ["system:serviceaccount:central-amp:central-amp-collector", Stack];
        var plan = await run.PlanAsync();
        Assert.Equal("stack", Assert.Single(plan.Replaces).Collector.Name);
        await run.RunAsync();
        Assert.Null(Cluster.Prometheus["spec"]!["remoteWrite"]);
        Assert.Equal([AgentCollector.Of(DeliveryNames.PrometheusAgent).Name], run.Item!.Facts.AllCollectors().Select(known => known.Name));
    }

    [Fact]
    public async Task Subjects_of_nobody_in_the_trust_policy_are_not_taken_over()
    {
        await run.RunAsync();
        run.Trusted = ["system:serviceaccount:gone:gone", "not a subject"];
        var plan = await run.PlanAsync();
        Assert.Equal((Change.Unchanged, 0), (plan.Change, plan.Replaces.Length));
        Assert.Equal([Stack], SubjectsOf(plan));
    }

    [Fact]
    public async Task Without_the_registry_the_role_shows_which_of_several_is_the_collector()
    {
        await run.RunAsync();
        ApplyAsCentralAmp();
        (run.Item, run.Settings) = (null, run.Settings with { CollectorNamespaces = [] });
        run.Trusted = [Stack];
        Assert.Equal(("stack", Change.Unchanged), ((await run.PlanAsync()).RequireCollector().Name, (await run.PlanAsync()).Change));

        run.Trusted = [];
        Assert.Equal(Causes.SeveralCollectors, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task A_table_restored_from_yesterday_does_not_move_the_collector_back()
    {
        await run.RunAsync();
        var yesterday = run.Item! with { State = Outcome.Verified };
        CreateSecond();
        run.CollectorTag = "monitoring/second";
        await run.InstallAsync(await run.PlanAsync());
        Cluster.Objects.Remove(DeliveryRun.Stack, "spec", "remoteWrite");
        ApplyAsCentralAmp("monitoring", "second", "second");

        (run.Item, run.CollectorTag) = (yesterday, null);
        run.Trusted = ["system:serviceaccount:monitoring:second"];
        Assert.Equal("second", (await run.PlanAsync()).RequireCollector().Name);
    }

    [Fact]
    public async Task A_recorded_collector_that_somebody_recreated_with_CentralAmps_marks_is_no_earlier_delivery()
    {
        await run.RunAsync();
        run.Tag = DeliveryNames.PrometheusAgent;
        var spec = Cluster.Prometheus["spec"]!.DeepClone();
        Cluster.Objects.Delete(DeliveryRun.Stack);
        Cluster.Objects.Create(DeliveryRun.Stack, ManagedNames.FieldManager, DeliveryRun.Parse($$$"""{"metadata":{"name":"stack","namespace":"monitoring"},"spec":{{{spec.ToJsonString()}}}}"""));
        run.Trusted = [Stack];
        var plan = await run.PlanAsync();
        Assert.Equal((DeliveryNames.PrometheusAgent, 0), (plan.Delivery, plan.Replaces.Length));
    }

    [Fact]
    public async Task A_former_collector_that_sets_CentralAmps_marks_again_stays_a_former_one()
    {
        await run.RunAsync();
        run.Tag = DeliveryNames.PrometheusAgent;
        await run.RunAsync();
        Cluster.Objects.ForceApply(DeliveryRun.Stack, ManagedNames.FieldManager, DeliveryRun.Parse("""{"spec":{"remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}"""));
        run.Trusted = ["system:serviceaccount:central-amp:central-amp-collector"];
        Assert.Equal(["system:serviceaccount:central-amp:central-amp-collector"], SubjectsOf(await run.PlanAsync()));
    }

    [Fact]
    public async Task A_label_in_another_namespace_does_not_move_the_collector()
    {
        await run.RunAsync();
        Cluster.Objects.Create(TenantsPrometheus, "helm", DeliveryRun.Parse(
            """{"metadata":{"name":"theirs","namespace":"team","labels":{"central-amp/onboard":"true"},"annotations":{"central-amp/onboard":"true"}},"spec":{"serviceAccountName":"theirs","serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{}}}"""));
        Assert.Equal(("stack", Change.Unchanged), ((await run.PlanAsync()).RequireCollector().Name, (await run.PlanAsync()).Change));
    }

    [Fact]
    public async Task The_collector_moves_when_its_owner_opts_it_out_or_when_it_is_gone()
    {
        await run.RunAsync();
        CreateSecond();
        Assert.Equal("stack", (await run.PlanAsync()).RequireCollector().Name);

        Cluster.Objects.ForceApply(DeliveryRun.Stack, "helm", DeliveryRun.Parse("""{"metadata":{"annotations":{"central-amp/onboard":"false"}}}"""));
        var plan = await run.PlanAsync();
        Assert.Equal(("second", "stack"), (plan.RequireCollector().Name, Assert.Single(plan.Replaces).Collector.Name));

        Cluster.Objects.Delete(DeliveryRun.Stack);
        Assert.Equal(("second", 0), ((await run.PlanAsync()).RequireCollector().Name, (await run.PlanAsync()).Replaces.Length));
    }

    [Fact]
    public async Task A_tenants_Prometheus_does_not_replace_CentralAmps_agent()
    {
        run.Bare();
        await run.RunAsync();
        Cluster.HasOperator = true;
        Cluster.Objects.Create(TenantsPrometheus, "helm", DeliveryRun.Parse(
            """{"metadata":{"name":"theirs","namespace":"team"},"spec":{"replicas":1,"serviceAccountName":"theirs","storage":{"volumeClaimTemplate":{"spec":{}}}}}"""));
        Cluster.Objects.Create(KubernetesPath.ServiceAccount("team", "theirs"), "helm", DeliveryRun.Parse("""{"metadata":{"name":"theirs","namespace":"team"}}"""));
        var plan = await run.PlanAsync();
        Assert.Equal((DeliveryNames.Agent, Change.Unchanged), (plan.Delivery, plan.Change));
    }

    [Fact]
    public async Task Agents_in_a_namespace_that_CentralAmp_did_not_make_are_neither_replaced_nor_trusted()
    {
        Cluster.Objects.Create(KubernetesPath.Namespace(AgentNames.Namespace), "central-amp", AgentManifests.Namespace());
        Cluster.Objects.Create(DeliveryRun.StatefulSet, "central-amp", DeliveryRun.Parse(
            """{"metadata":{"name":"central-amp-agent","namespace":"central-amp","labels":{"app.kubernetes.io/managed-by":"central-amp"}},"spec":{}}"""));
        var plan = await run.PlanAsync();
        Assert.Equal((DeliveryNames.Prometheus, 0), (plan.Delivery, plan.Replaces.Length));
        await run.RunAsync();
        Assert.True(run.Has(DeliveryRun.StatefulSet));

        run.Tag = DeliveryNames.PrometheusAgent;
        Assert.Equal(Causes.NamespaceForeign, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task An_agent_from_before_the_facts_keeps_its_namespace()
    {
        run.Bare();
        await run.RunAsync();
        run.Item = Proofs.Empty() with { Delivery = DeliveryNames.Agent, RoleArn = "arn:aws:iam::111111111111:role/central-amp/x" };
        Assert.Equal((DeliveryNames.Agent, Change.Unchanged), ((await run.PlanAsync()).Delivery, (await run.PlanAsync()).Change));

        // Without the registry, the role's trust shows it.
        (run.Item, run.Trusted) = (null, ["system:serviceaccount:central-amp:central-amp-collector"]);
        Assert.Equal((DeliveryNames.Agent, Change.Unchanged), ((await run.PlanAsync()).Delivery, (await run.PlanAsync()).Change));
        run.Trusted = [];
        Assert.Equal(Causes.NamespaceForeign, (await run.DecideAsync()).Refusal!.Cause);
    }

    [Fact]
    public async Task An_agent_is_not_installed_where_somebody_else_has_rights_in_its_namespace()
    {
        run.Tag = DeliveryNames.PrometheusAgent;
        var plan = await run.PlanAsync();
        // A tenant is faster than the elevation, with CentralAmp's label.
        Cluster.Objects.Create(KubernetesPath.Namespace(AgentNames.Namespace), "central-amp", AgentManifests.Namespace());
        Cluster.Objects.Create(KubernetesPath.RoleBinding(AgentNames.Namespace, "theirs"), "tenant", DeliveryRun.Parse("""{"metadata":{"name":"theirs","namespace":"central-amp"}}"""));
        var writes = Cluster.Writes.Count;
        var step = new InstallRbacStep(Cluster, Some.Registry(), NullLogger<InstallRbacStep>.Instance);
        var failure = await Assert.ThrowsAsync<BlockedException>(() => step.RunAsync(
            new InstallRbacRequest(Some.Execution(), Some.Cluster(), Some.Described(), plan), TestContext.Current.CancellationToken));
        Assert.Equal((Causes.NamespaceForeign, writes), (failure.Cause, Cluster.Writes.Count));
        Assert.Contains("'theirs'", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_a_delivery_changes_is_announced_before()
    {
        var plan = await run.PlanAsync();
        var facts = Proofs.Empty().After(OnboardingFacts.Announce(plan, [])).Facts;
        Assert.All(
            (string[])["Role monitoring/central-amp-write", "RoleBinding monitoring/central-amp-write", "ClusterRole central-amp-read", "ClusterRoleBinding central-amp-read"],
            item => Assert.Contains(item, facts.Objects));
        Assert.True(facts.Has("Prometheus", "monitoring/stack", Cluster.Collector.Uid) && !facts.Has("Prometheus", "monitoring/stack", "another"));
        Assert.True(facts.Has("ServiceAccount", "monitoring/stack-prometheus") && !facts.Has("ServiceAccount", "monitoring/stack-prometheus", "another"));

        run.Tag = DeliveryNames.PrometheusAgent;
        facts = Proofs.Empty().After(OnboardingFacts.Announce(await run.PlanAsync(), [])).Facts;
        Assert.Contains("PrometheusAgent central-amp/central-amp", facts.Objects);
        Assert.Equal(ClusterFacts.Announced, facts.NamespaceUid);
        await run.RunAsync();
        Assert.Equal(Cluster.Objects.Get(KubernetesPath.Namespace(AgentNames.Namespace))!["metadata"]!["uid"]!.ToString(), run.Item!.Facts.NamespaceUid);
    }

    [Fact]
    public async Task A_stack_that_is_often_installed_anew_does_not_make_the_registry_item_grow()
    {
        await run.RunAsync();
        var (collectors, objects) = (run.Item!.Facts.Collectors.Length, run.Item.Facts.Objects.Length);
        for (var time = 0; time < 3; time++)
        {
            Recreate();
            await run.RunAsync();
            var facts = run.Item!.Facts;
            Assert.Equal((collectors, objects, Cluster.Collector.Uid), (facts.Collectors.Length, facts.Objects.Length, facts.Onboarded()!.Uid));
            Assert.True(facts.Has("Prometheus", "monitoring/stack", Cluster.Collector.Uid));
        }

        Assert.Null((await run.PlanAsync()).Gone);
    }

    [Fact]
    public async Task A_finding_of_the_sweep_removes_no_object_because_it_has_announced_none()
    {
        await run.RunAsync();
        Recreate();
        var update = OnboardingFacts.Deliver(await run.PlanAsync(), namespaceUid: null, announced: false);
        Assert.Equal((1, 0, Cluster.Collector.Uid), (update.Ended.Count, update.Gone.Count, update.Collector!.Uid));
        Assert.Contains(update.Objects, item => item.Is("Prometheus", "monitoring/stack", Cluster.Collector.Uid));
    }

    [Fact]
    public async Task More_copies_of_the_collector_than_a_plan_can_name_are_refused_with_their_number()
    {
        await run.RunAsync();
        (run.Item, run.Trusted, run.Tag) = (null, [Stack], DeliveryNames.PrometheusAgent);
        for (var copy = 0; copy < 9; copy++)
        {
            ApplyAsCentralAmp("monitoring", $"copy-{copy}", "stack-prometheus");
        }

        run.CollectorTag = "monitoring/stack";
        Assert.Equal(10, (await run.PlanAsync()).Replaces.Length);
        ApplyAsCentralAmp("monitoring", "copy-9", "stack-prometheus");
        var refusal = (await run.DecideAsync()).Refusal!;
        Assert.Equal(Causes.SeveralCollectors, refusal.Cause);
        Assert.Contains("has 11 earlier deliveries", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("the limit is 10", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_that_cannot_be_read_count_as_absent()
    {
        var facts = new ClusterFacts { Collector = "half", Collectors = ["", "prometheus monitoring"], Objects = ["", "Prometheus", "a b c d"], NamespaceUid = "" };
        Assert.Null(facts.Onboarded());
        Assert.Empty(facts.AllCollectors());
        Assert.Empty(facts.AllObjects());
        Assert.False(facts.IsNamespace(""));
    }

    /// <summary>A tenant applies his Prometheus with CentralAmp's entry, under CentralAmp's field manager.</summary>
    private void ApplyAsCentralAmp(string @namespace = "team", string name = "theirs", string account = "theirs")
    {
        var path = KubernetesPath.Prometheus(@namespace, name);
        if (Cluster.Objects.Get(path) is null)
        {
            Cluster.Objects.Create(path, "tenant", DeliveryRun.Parse($$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{@namespace}}}"},"spec":{"replicas":1,"serviceAccountName":"{{{account}}}"}}"""));
        }

        Cluster.Objects.ForceApply(path, ManagedNames.FieldManager, DeliveryRun.Parse("""{"spec":{"remoteWrite":[{"name":"central-amp","url":"https://elsewhere"}]}}"""));
    }

    /// <summary>Helm uninstalls the stack and installs it again: same names, other uids, nothing of CentralAmp.</summary>
    private void Recreate()
    {
        foreach (var path in (string[])[DeliveryRun.Stack, DeliveryRun.Account])
        {
            var resource = Cluster.Objects.Get(path)!.DeepClone().AsObject();
            Cluster.Objects.Delete(path);
            resource["metadata"]!.AsObject().Remove("uid");
            resource["metadata"]!.AsObject().Remove("managedFields");
            resource["metadata"]!.AsObject().Remove("annotations");
            resource["spec"]?.AsObject().Remove("remoteWrite");
            resource["spec"]?.AsObject().Remove("podMetadata");
            Cluster.Objects.Create(path, "helm", resource);
        }
    }

    private void CreateSecond()
    {
        Cluster.Objects.Create(KubernetesPath.Prometheus("monitoring", "second"), "helm", DeliveryRun.Parse(
            """{"metadata":{"name":"second","namespace":"monitoring"},"spec":{"replicas":1,"serviceAccountName":"second","storage":{"volumeClaimTemplate":{"spec":{}}}}}"""));
        Cluster.Objects.Create(KubernetesPath.ServiceAccount("monitoring", "second"), "helm", DeliveryRun.Parse("""{"metadata":{"name":"second","namespace":"monitoring"}}"""));
        Cluster.Objects.Put(KubernetesPath.StatefulSet("monitoring", "prometheus-second"), Cluster.Objects.Get(KubernetesPath.StatefulSet("monitoring", "prometheus-stack"))!);
    }

    /// <summary>An earlier version has onboarded the stack.</summary>
    private async Task BeforeTheFactsAsync()
    {
        await run.RunAsync();
        run.Item = Proofs.Empty() with { Delivery = DeliveryNames.Prometheus, RoleArn = "arn:aws:iam::111111111111:role/central-amp/x" };
    }

    private static IReadOnlyList<string> SubjectsOf(OnboardingPlan plan)
    {
        var trust = ClusterTrust.For(Some.Cluster(), Some.Described(), plan.PlannedTrust(), Some.Settings).Hub;
        return ProvenSubjects.Of(trust.TrustPolicy, trust.ProviderArn!, trust.Issuer);
    }
}

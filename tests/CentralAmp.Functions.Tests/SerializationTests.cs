using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.Serialization.SystemTextJson;
using CentralAmp.Clusters;
using CentralAmp.Deliveries;
using CentralAmp.Failures;
using CentralAmp.Functions.Serialization;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Registry;
using CentralAmp.Sweep;
using CentralAmp.Verification;

namespace CentralAmp.Functions.Tests;

/// <summary>Serializes the data of the workflows with Lambda's serializer.</summary>
public sealed class SerializationTests
{
    private const string Execution = """{"id":"arn:aws:states:us-east-1:111111111111:execution:onboard-cluster:e1","startedAt":"2026-01-02T03:04:05+00:00"}""";

    private const string Cluster =
        """{"arn":"arn:aws:eks:eu-west-1:222222222222:cluster/blue","partition":"aws","accountId":"222222222222","region":"eu-west-1","name":"blue"}""";

    private const string Described = """
        {"next":"Continue","claim":7,"isDryRun":false,"onboarded":true,"waitSeconds":0,"createdAt":1767323045000,"issuer":"https://oidc.eks.eu-west-1.amazonaws.com/id/A1","endpoint":"https://A1.eks.amazonaws.com",
         "endpointAccess":"endpointPublicAccess=false","certificateAuthority":"Q0E=","authenticationMode":"API","workspaceArn":"arn:aws:aps:us-east-1:111111111111:workspace/ws-1","trustMode":"auto","options":{"allowRestart":true},
         "former":{"workspaceArn":"w","since":"2026-01-02T03:05:00+00:00"},"revokes":"w"}
        """;

    private const string Plan = """
        {"next":"Deliver","stop":"None","waitSeconds":0,"sentence":"Delivers.","delivery":"prometheus","profile":"full","trustMode":"direct",
         "workspaceArn":"arn:aws:aps:us-east-1:111111111111:workspace/ws-1","workspaceEndpoint":"https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/",
         "ingestRoleName":"central-amp-blue-01234567","roleArn":"arn:role","clusterLabel":"blue.eu-west-1.222222222222",
         "collector":{"namespace":"monitoring","name":"k8s","uid":"u-1","serviceAccount":"prometheus","statefulSet":"prometheus-k8s","pods":["prometheus-k8s-0"],
                      "replicas":1,"shards":1,"replicaLabel":"prometheus_replica"},
         "serviceAccountUid":"u-2","namespaceUid":"u-3","knownNamespaceUid":"u-3","gone":{"collectors":["agent a/b u c"],"objects":["Prometheus a/b u"]},
         "replaces":[{"delivery":"agent","collector":{"namespace":"central-amp","name":"central-amp-agent","uid":"","serviceAccount":"central-amp-collector",
                      "statefulSet":"central-amp-agent","pods":["central-amp-agent-0"],"replicas":1,"shards":1,"replicaLabel":""}}],
         "monitors":{"serviceMonitorSelector":{"matchLabels":{"release":"stack"}}},"warnings":["w"],"writingIsInstalled":true,"change":"Created"}
        """;

    private const string Trust = """{"change":"Updated","roleArn":"arn:role","providerArn":"arn:provider","writing":"Missing","ingestRoleArn":"arn:ingest"}""";

    private const string Delivery = """{"change":"Created","deliveredAt":"2026-01-02T03:05:00+00:00","waits":false,"namespaceUid":"u-3"}""";

    private const string Resolved = $$$"""
        {"next":"Offboard","sentence":"s","waitSeconds":0,"cluster":{{{Cluster}}},"reason":"OptedOut","standing":"Living","described":{{{Described}}},
         "unreached":"EndpointUnreachable: s Remedy: r","registered":{"trustMode":"chained","issuer":"https://i","workspaceArn":"arn:w","collectorRoleArn":"arn:c","delivery":"agent","roleArn":"arn:r",
           "facts":{"collector":"agent a/b - c","collectors":["agent a/b - c"],"objects":["Role a/b"],"namespaceUid":"announced","unfinished":"2026 e"} } }
        """;

    private const string Sweep = """{"id":"sweep-1","startedAt":"2026-01-02T03:04:05+00:00","previous":"sweep-0","ignoreBrake":true}""";

    private static readonly FunctionSerializer Serializer = new();

    public static TheoryData<Type, string> Data => new()
    {
        { typeof(ResolveClusterRequest), $$$"""{"execution":{{{Execution}}},"input":{"clusterArn":"x"}}""" },
        { typeof(ResolveClusterResult), $$$"""{"cluster":{{{Cluster}}},"dryRun":true,"reopen":true,"ignored":true}""" },
        { typeof(DescribeClusterRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"reopen":true,"dryRun":false,"ignored":false,"described":{{{Described}}}}""" },
        { typeof(ClusterDescription), Described },
        { typeof(SwitchAuthenticationModeRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"dryRun":true,"switching":{"change":"Updated","updateId":"u-1","looks":1,"waitSeconds":60}}""" },
        { typeof(SwitchAuthenticationModeResult), """{"change":"Updated","updateId":"u-1","looks":1,"waitSeconds":60}""" },
        { typeof(EnsureClusterAccessRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}}}""" },
        { typeof(EnsureClusterAccessResult), """{"change":"Created","reading":"Missing"}""" },
        { typeof(StartElevationRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}}}""" },
        { typeof(StartElevationResult), """{"change":"Created"}""" },
        { typeof(InstallRbacRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}}}""" },
        { typeof(InstallRbacResult), """{"change":"Unchanged"}""" },
        { typeof(EndElevationRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}}}""" },
        { typeof(EndElevationResult), """{"change":"Updated"}""" },
        { typeof(PlanOnboardingRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"dryRun":true}""" },
        { typeof(OnboardingPlan), Plan },
        { typeof(EnsureTrustRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}}}""" },
        { typeof(EnsureTrustResult), Trust },
        {
            typeof(RemoveOldGrantRequest),
            $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}},"trust":{"change":"Updated","roleArn":"r","providerArn":"p","writing":"Allowed","ingestRoleArn":"r","previousWorkspaceArn":"w"},"revocation":{"kind":"Revoke","clusterArn":"arn:c","createdAt":7,"workspaceArn":"w"}}"""
        },
        { typeof(RemoveOldGrantResult), """{"change":"Updated","revokedWorkspaceArn":"w"}""" },
        { typeof(ProveIngestRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}},"trust":{{{Trust}}}}""" },
        { typeof(ProveIngestResult), "{}" },
        { typeof(DeliverRemoteWriteRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}},"trust":{{{Trust}}}}""" },
        { typeof(DeliverRemoteWriteResult), Delivery },
        { typeof(WithdrawRemoteWriteRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}},"trust":{{{Trust}}},"restores":true}""" },
        { typeof(WithdrawRemoteWriteResult), """{"change":"Updated","restored":true}""" },
        { typeof(VerifyIngestRequest), $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"described":{{{Described}}},"plan":{{{Plan}}},"delivery":{{{Delivery}}}}""" },
        { typeof(VerifyIngestResult), """{"series":42,"newestSampleAt":"2026-01-02T03:06:00+00:00"}""" },
        {
            typeof(RecordOutcomeRequest),
            $$$"""{"execution":{{{Execution}}},"cluster":{{{Cluster}}},"plan":{{{Plan}}},"failure":{"Error":"BlockedException","Cause":"{}"},"leftover":{"Error":"States.Timeout","Cause":""}}"""
        },
        { typeof(ResolveOffboardingRequest), $$$"""{"execution":{{{Execution}}},"input":{"clusterArn":"x"}}""" },
        { typeof(ResolveOffboardingResult), Resolved },
        { typeof(CutAccessRequest), $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}}}""" },
        { typeof(CutAccessResult), """{"change":"Updated"}""" },
        { typeof(PlanOffboardingRequest), $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}}}""" },
        { typeof(PlanOffboardingResult), $$$"""{"next":"Withdraw","withdraw":{{{Plan}}},"trust":{{{Trust}}},"writing":"Missing","trusted":["s"]}""" },
        { typeof(RemoveRbacRequest), $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}},"plan":{"next":"Clear","writing":"Allowed","trusted":["s"]}}""" },
        { typeof(RemoveRbacResult), """{"change":"Updated","left":["roles a/b"],"deliveredMeanwhile":true}""" },
        { typeof(RemoveClusterAccessRequest), $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}}}""" },
        { typeof(RemoveClusterAccessResult), """{"change":"Updated"}""" },
        { typeof(RemoveTrustRequest), $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}}}""" },
        { typeof(RemoveTrustResult), """{"change":"Updated","keptProviderArn":"arn:p"}""" },
        {
            typeof(RecordOffboardingRequest),
            $$$"""{"execution":{{{Execution}}},"resolved":{{{Resolved}}},"cut":{"change":"Updated"},"failure":{"Error":"BlockedException","Cause":"{}"},"leftover":{"Error":"States.Timeout","Cause":""}}"""
        },
        {
            typeof(OutcomeRecord),
            """{"outcome":"RolledBack","cause":"PodsNotReady","sentence":"s","remedy":"r","changed":true,"clusterArn":"a","createdAt":1767323045000,"series":7,"executionId":"e"}"""
        },
        { typeof(BeginSweepRequest), $$$"""{"execution":{{{Execution}}},"input":{"ignoreBrake":true}}""" },
        {
            typeof(BeginSweepResult),
            $$$"""{"next":"Refuse","execution":{{{Execution}}},"sweep":{{{Sweep}}},"regions":["us-east-1"],"cause":"RoutesInvalid","sentence":"s"}"""
        },
        { typeof(ListAccountsRequest), $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"next":"n"}""" },
        { typeof(ListAccountsResult), """{"accounts":["222222222222"],"next":null}""" },
        {
            typeof(ListClustersRequest),
            $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"accountId":"a","region":"r","next":"n","failure":{"Error":"BlockedException","Cause":"{}"}}"""
        },
        { typeof(ListClustersResult), """{"clusters":["arn:c"],"next":null}""" },
        {
            typeof(InspectClusterRequest),
            $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"clusterArn":"arn:c","createdAt":7,"accountListed":false,"failure":{"Error":"States.Timeout","Cause":""}}"""
        },
        { typeof(InspectClusterResult), """{"finding":"Unreachable","cause":"EndpointUnreachable"}""" },
        { typeof(ListRegisteredRequest), $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"accountsListed":true,"next":"n"}""" },
        { typeof(ListRegisteredResult), """{"clusters":[{"clusterArn":"arn:c","createdAt":7,"accountListed":true}],"next":null}""" },
        { typeof(FindOrphansRequest), $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"accountId":"a","next":"n"}""" },
        { typeof(FindOrphansResult), """{"orphans":1,"next":null}""" },
        { typeof(DecideSweepRequest), $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}}}""" },
        { typeof(DecideSweepResult), """{"action":"Brake","newLeft":7,"sentence":"s","braked":["222222222222"]}""" },
        { typeof(ListFindingsRequest), $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"newLeft":7,"next":"n","braked":["222222222222"]}""" },
        {
            typeof(ListFindingsResult),
            """{"starts":[{"workflow":"Offboard","name":"n","clusterArn":"arn:c","createdAt":7,"reason":"Swept","workspaceArn":""}],"newLeft":7,"next":null}"""
        },
        {
            typeof(ExpectSamplesRequest),
            $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"failure":{"Error":"States.Timeout","Cause":""},"next":"n"}"""
        },
        { typeof(ExpectSamplesResult), """{"told":7,"failure":null,"next":null}""" },
        {
            typeof(EndSweepRequest),
            $$$"""{"execution":{{{Execution}}},"sweep":{{{Sweep}}},"decision":{"action":"Start","newLeft":7,"sentence":"s"},"failure":{"Error":"States.Timeout","Cause":""}}"""
        },
        {
            typeof(SweepRecord),
            """
            {"outcome":"Braked","cause":"SweepBraked","sentence":"s","remedy":"r","sweepId":"sweep-1","startedAt":"2026-01-02T03:04:05+00:00","endedAt":"2026-01-02T03:05:00+00:00",
             "states":{"Verified":7},"findings":{"Unchanged":7},"unreachedPlaces":1,"orphans":1,"executionId":"e"}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Data))]
    public void A_record_reads_and_writes_the_data_of_the_state_machine(Type record, string json)
    {
        var read = Invoke(nameof(FunctionSerializer.Deserialize), record, Stream(json))!;
        using var written = new MemoryStream();
        Invoke(nameof(FunctionSerializer.Serialize), record, read, written);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(written.ToArray())), Encoding.UTF8.GetString(written.ToArray()));
    }

    [Fact]
    public void Every_record_of_every_handler_has_a_case_here()
    {
        var records = Handlers.All.SelectMany(method => new[] { Handlers.RequestOf(method), Handlers.ResultOf(method) });

        Assert.Equal(records.Distinct().Select(r => r.Name).Order(), Data.Select(row => row.Data.Item1.Name).Order());
    }

    [Fact]
    public void Trust_data_of_the_release_before_chained_trust_has_the_assumed_role_as_its_ingest_role() =>
        Assert.Equal("r", Deserialize<EnsureTrustResult>("""{"change":"Unchanged","roleArn":"r","providerArn":"p","writing":"Allowed"}""").IngestRoleArn);

    [Theory]
    [InlineData("Revoke", RevocationKind.Revoke)]
    [InlineData("Cut", RevocationKind.Cut)]
    public void A_revocation_needs_no_result_of_an_earlier_state(string kind, RevocationKind expected)
    {
        var request = Deserialize<RemoveOldGrantRequest>($$$"""{"execution":{{{Execution}}},"revocation":{"kind":"{{{kind}}}","clusterArn":"arn:c","createdAt":7,"workspaceArn":""}}""");
        Assert.Equal((new Revocation(expected, "arn:c", 7, ""), null, null), (request.Revocation!, request.Plan, request.Trust));
    }

    [Fact]
    public void Results_of_states_that_have_not_run_are_null()
    {
        var request = Deserialize<RecordOutcomeRequest>(
            $$$"""{"execution":{{{Execution}}},"cluster":null,"described":null,"access":null,"plan":null,"trust":null,"delivery":null,"withdrawal":null,"verification":null,"failure":null,"leftover":null}""");

        Assert.Null(request.Cluster);
        Assert.Null(request.Failure);
        Assert.Equal(Hub.Execution, request.Execution);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    public void The_raw_input_may_be_anything(string input) =>
        Assert.Equal(input, Deserialize<ResolveClusterRequest>($$$"""{"execution":{{{Execution}}},"input":{{{input}}}}""").Input.GetRawText());

    [Theory]
    [InlineData("{}", "execution")]
    [InlineData($$$"""{"execution":{{{Execution}}}}""", "cluster")]
    [InlineData($$$"""{"execution":{{{Execution}}},"cluster":null}""", "cluster")]
    public void A_record_without_a_required_member_is_refused_and_the_error_names_it(string json, string field)
    {
        var failure = Assert.Throws<JsonSerializerException>(() => Deserialize<DescribeClusterRequest>(json));

        Assert.Contains(field, failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static T Deserialize<T>(string json) => Serializer.Deserialize<T>(Stream(json));

    private static MemoryStream Stream(string json) => new(Encoding.UTF8.GetBytes(json));

    private static object? Invoke(string method, Type type, params object[] arguments) =>
        typeof(FunctionSerializer).GetMethod(method)!.MakeGenericMethod(type).Invoke(Serializer, arguments);
}

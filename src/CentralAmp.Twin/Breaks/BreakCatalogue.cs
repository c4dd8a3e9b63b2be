namespace CentralAmp.Twin.Breaks;

/// <summary>Every <c>--break NAME</c>.</summary>
public static class BreakCatalogue
{
    public static IReadOnlyList<Break> All { get; } =
    [
        new("trust-subject", "an operator narrows the ingest role's trust to another service account", "TrustSubjectMismatch",
            Tampering: new TrustTampering(":sub", "system:serviceaccount:default:another")),
        new("trust-audience", "an operator changes the audience in the ingest role's trust", "TrustAudienceMismatch",
            Tampering: new TrustTampering(":aud", "sts.example.com")),
        new("other-cluster-token", "the cluster's service account tokens are signed by another cluster", "TokenIssuerMismatch",
            Behaviour: cluster => cluster with { TokensOfAnotherCluster = true }),
        new("ingest-policy", "an operator changes the ingest policy to another workspace", "IngestPolicyMismatch",
            Tampering: new IngestPolicyTampering()),
        new("member-policy", "the member role lacks eks:CreateAccessEntry", "MemberPermissionMissing",
            Tampering: new MemberPolicyTampering("eks:CreateAccessEntry")),
        new("workspace-missing", "the workspace was deleted", "WorkspaceNotFound",
            Tampering: new WorkspaceTampering()),
        new("cluster-failed", "EKS fails to create the cluster: its status ends in FAILED", "ClusterFailed",
            Behaviour: cluster => cluster with { EndsFailed = true }),
        new("webhook-down", "the identity webhook fails open: pods start without the role", "PodsWithoutRole", RollsBack: true,
            Behaviour: cluster => cluster with { WebhookDown = true }),
        new("reload-fails", "the collector cannot load a configuration with the managed remote-write entry", "ReloadFailed", RollsBack: true,
            Behaviour: cluster => cluster with { ReloadFails = true }),
    ];

    /// <returns>Null for a name that is not in the catalogue.</returns>
    public static Break? Find(string name) => All.FirstOrDefault(candidate => candidate.Name == name);
}

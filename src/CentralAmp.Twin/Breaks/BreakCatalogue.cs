namespace CentralAmp.Twin.Breaks;

/// <summary>Every <c>--break NAME</c>.</summary>
public static class BreakCatalogue
{
    public static IReadOnlyList<Break> All { get; } =
    [
        new("trust-subject", "someone narrows the ingest role's trust to another service account", "TrustSubjectMismatch",
            Tampering: new TrustTampering(":sub", "system:serviceaccount:default:someone-else")),
        new("trust-audience", "someone changes the audience in the ingest role's trust", "TrustAudienceMismatch",
            Tampering: new TrustTampering(":aud", "sts.example.com")),
        new("other-cluster-token", "the cluster's service account tokens are signed by another cluster", "TokenIssuerMismatch",
            Behaviour: cluster => cluster with { TokensOfAnotherCluster = true }),
        new("ingest-policy", "someone points the ingest policy at another workspace", "IngestPolicyMismatch",
            Tampering: new IngestPolicyTampering()),
        new("member-policy", "the member role lacks eks:CreateAccessEntry", "MemberPermissionMissing",
            Tampering: new MemberPolicyTampering("eks:CreateAccessEntry")),
        new("workspace-missing", "the workspace was deleted", "WorkspaceNotFound",
            Tampering: new WorkspaceTampering()),
        new("cluster-failed", "EKS gives the cluster up: CREATING ends in FAILED", "ClusterFailed",
            Behaviour: cluster => cluster with { EndsFailed = true }),
        new("webhook-down", "the identity webhook fails open: pods come up without the role", "PodsWithoutRole", RollsBack: true,
            Behaviour: cluster => cluster with { WebhookDown = true }),
        new("reload-fails", "the collector cannot load a configuration with our entry", "ReloadFailed", RollsBack: true,
            Behaviour: cluster => cluster with { ReloadFails = true }),
    ];

    /// <returns>Null for a name that is not in the catalogue.</returns>
    public static Break? Find(string name) => All.FirstOrDefault(candidate => candidate.Name == name);
}

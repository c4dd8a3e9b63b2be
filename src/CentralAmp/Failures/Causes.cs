namespace CentralAmp.Failures;

/// <summary>All causes of failures. Each is a stable identifier with a heading in <c>docs/runbook.md</c>.</summary>
public static class Causes
{
    // The input of an execution.
    public const string InputNotUnderstood = nameof(InputNotUnderstood);
    public const string InputFieldMissing = nameof(InputFieldMissing);
    public const string InputFieldInvalid = nameof(InputFieldInvalid);
    public const string ClusterArnInvalid = nameof(ClusterArnInvalid);
    public const string EventNotSupported = nameof(EventNotSupported);
    public const string CreateClusterFailed = nameof(CreateClusterFailed);
    public const string AccountMismatch = nameof(AccountMismatch);
    public const string CallInEventFailed = nameof(CallInEventFailed);

    // The cluster as EKS describes it.
    public const string ClusterNotFound = nameof(ClusterNotFound);
    public const string ClusterFailed = nameof(ClusterFailed);
    public const string ClusterDeleting = nameof(ClusterDeleting);
    public const string ClusterNotActiveInTime = nameof(ClusterNotActiveInTime);
    public const string ClusterIssuerMissing = nameof(ClusterIssuerMissing);
    public const string ClusterCertificateInvalid = nameof(ClusterCertificateInvalid);
    public const string ClusterTagsInvalid = nameof(ClusterTagsInvalid);

    public const string RoutesInvalid = nameof(RoutesInvalid);
    public const string ClusterOffboarded = nameof(ClusterOffboarded);
    public const string TakenOver = nameof(TakenOver);

    // Permissions in AWS.
    public const string MemberRoleNotAssumable = nameof(MemberRoleNotAssumable);
    public const string MemberPermissionMissing = nameof(MemberPermissionMissing);
    public const string HubPermissionMissing = nameof(HubPermissionMissing);
    public const string DeniedByServiceControlPolicy = nameof(DeniedByServiceControlPolicy);
    public const string DeniedByPermissionsBoundary = nameof(DeniedByPermissionsBoundary);

    // Cluster access.
    public const string AuthenticationModeConfigMap = nameof(AuthenticationModeConfigMap);
    public const string AuthenticationModeSwitchFailed = nameof(AuthenticationModeSwitchFailed);
    public const string AccessEntryForeign = nameof(AccessEntryForeign);
    public const string AccessEntryMissing = nameof(AccessEntryMissing);
    public const string ElevationHeldElsewhere = nameof(ElevationHeldElsewhere);
    public const string EndpointUnreachable = nameof(EndpointUnreachable);
    public const string EndpointNameUnknown = nameof(EndpointNameUnknown);
    public const string EndpointRefused = nameof(EndpointRefused);
    public const string EndpointSlow = nameof(EndpointSlow);
    public const string EndpointCertificateWrong = nameof(EndpointCertificateWrong);
    public const string KubernetesUnauthorized = nameof(KubernetesUnauthorized);
    public const string KubernetesForbidden = nameof(KubernetesForbidden);
    public const string KubernetesRejected = nameof(KubernetesRejected);
    public const string KubernetesConflict = nameof(KubernetesConflict);
    public const string KubernetesUnavailable = nameof(KubernetesUnavailable);
    public const string KubernetesAnswerCut = nameof(KubernetesAnswerCut);
    public const string KubernetesAnswerTooLong = nameof(KubernetesAnswerTooLong);
    public const string KubernetesListExpired = nameof(KubernetesListExpired);
    public const string NamespaceForeign = nameof(NamespaceForeign);
    public const string NamespaceTerminating = nameof(NamespaceTerminating);
    public const string NamespaceQuotaExceeded = nameof(NamespaceQuotaExceeded);
    public const string PodSecurityViolated = nameof(PodSecurityViolated);
    public const string AdmissionDenied = nameof(AdmissionDenied);
    public const string AdmissionUnavailable = nameof(AdmissionUnavailable);

    // Planning.
    public const string NoCollectorYet = nameof(NoCollectorYet);
    public const string SeveralCollectors = nameof(SeveralCollectors);
    public const string RemoteWriteForeign = nameof(RemoteWriteForeign);
    public const string EntryForeign = nameof(EntryForeign);
    public const string StorageNotPersistent = nameof(StorageNotPersistent);
    public const string ServiceAccountForeignRole = nameof(ServiceAccountForeignRole);
    public const string CollectorMalformed = nameof(CollectorMalformed);
    public const string ServiceAccountPodIdentity = nameof(ServiceAccountPodIdentity);
    public const string AlreadySending = nameof(AlreadySending);
    public const string DeliveryNotPossible = nameof(DeliveryNotPossible);
    public const string ValuesNotMerged = nameof(ValuesNotMerged);

    // Trust and proof.
    public const string ProviderForeignAudience = nameof(ProviderForeignAudience);
    public const string ProviderQuotaReached = nameof(ProviderQuotaReached);
    public const string RoleForeign = nameof(RoleForeign);
    public const string TrustSubjectMismatch = nameof(TrustSubjectMismatch);
    public const string TrustAudienceMismatch = nameof(TrustAudienceMismatch);
    public const string TrustNotEffective = nameof(TrustNotEffective);
    public const string TokenIssuerMismatch = nameof(TokenIssuerMismatch);
    public const string IngestPolicyMismatch = nameof(IngestPolicyMismatch);

    // The workspace.
    public const string WorkspaceNotFound = nameof(WorkspaceNotFound);
    public const string WorkspaceRejectedSamples = nameof(WorkspaceRejectedSamples);
    public const string WorkspaceThrottled = nameof(WorkspaceThrottled);
    public const string WorkspaceUnavailable = nameof(WorkspaceUnavailable);
    public const string SilenceAlertRefused = nameof(SilenceAlertRefused);

    // Delivery and verification.
    public const string PodsNotReady = nameof(PodsNotReady);
    public const string PodsWithoutRole = nameof(PodsWithoutRole);
    public const string ReloadFailed = nameof(ReloadFailed);
    public const string NotReconciled = nameof(NotReconciled);
    public const string Reverted = nameof(Reverted);
    public const string NoSamples = nameof(NoSamples);

    // Offboarding, the sweep and the registry.
    public const string EntryKeptAtSource = nameof(EntryKeptAtSource);
    public const string OrganizationsDenied = nameof(OrganizationsDenied);
    public const string RegionDisabled = nameof(RegionDisabled);
    public const string ResourceOrphaned = nameof(ResourceOrphaned);
    public const string ResourceNotProven = nameof(ResourceNotProven);
    public const string AccountNotListed = nameof(AccountNotListed);
    public const string GrantRemoved = nameof(GrantRemoved);
    public const string SweepBraked = nameof(SweepBraked);
    public const string SweepRunning = nameof(SweepRunning);
    public const string RegistryItemNewer = nameof(RegistryItemNewer);

    // Services in general.
    public const string QuotaReached = nameof(QuotaReached);
    public const string Throttled = nameof(Throttled);
    public const string ServiceUnavailable = nameof(ServiceUnavailable);
    public const string Unexpected = nameof(Unexpected);
}

namespace CentralAmp.Collectors;

/// <summary>The role of a service account, compared with the desired role.</summary>
public enum IdentityState
{
    Absent,
    Current,

    /// <summary>An earlier managed role.</summary>
    Outdated,
    Foreign,
}

/// <summary>Compares the identity of a collector with the desired role.</summary>
public static class CollectorIdentity
{
    public static IdentityState Of(ServiceAccountResource account, string roleArn) => account switch
    {
        { RoleArn: "" } => IdentityState.Absent,
        _ when account.RoleArn == roleArn => IdentityState.Current,
        { RoleIsManaged: true } => IdentityState.Outdated,
        _ => IdentityState.Foreign,
    };

    /// <summary>New pods of the resource have the annotation with this role.</summary>
    public static bool OfPodsIs(PrometheusResource prometheus, string roleArn) =>
        prometheus.PodAnnotations.GetValueOrDefault(ManagedNames.RoleAnnotation) == roleArn;

    /// <summary>CentralAmp manages nothing of the resource and the service account.</summary>
    public static bool IsUntouched(PrometheusResource prometheus, ServiceAccountResource? account) =>
        !prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager)
        && prometheus.Applied is null
        && !prometheus.PodsRoleIsManaged
        && account?.RoleIsManaged != true;
}

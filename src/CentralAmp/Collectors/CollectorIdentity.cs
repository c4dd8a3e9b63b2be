namespace CentralAmp.Collectors;

/// <summary>How the role of a service account stands to ours.</summary>
public enum IdentityState
{
    Absent,
    Current,

    /// <summary>An earlier role of ours.</summary>
    Outdated,
    Foreign,
}

/// <summary>Compares the identity of a collector with the role that it is to have.</summary>
public static class CollectorIdentity
{
    public static IdentityState Of(ServiceAccountResource account, string roleArn) => account switch
    {
        { RoleArn: "" } => IdentityState.Absent,
        _ when account.RoleArn == roleArn => IdentityState.Current,
        { RoleIsManaged: true } => IdentityState.Outdated,
        _ => IdentityState.Foreign,
    };

    /// <summary>Pods that the operator makes from now on carry our role's name.</summary>
    public static bool OfPodsIs(PrometheusResource prometheus, string roleArn) =>
        prometheus.PodAnnotations.GetValueOrDefault(ManagedNames.RoleAnnotation) == roleArn;

    /// <summary>Nothing of ours is there.</summary>
    public static bool IsUntouched(PrometheusResource prometheus, ServiceAccountResource? account) =>
        !prometheus.RemoteWriteOwners.Contains(ManagedNames.FieldManager)
        && prometheus.Applied is null
        && !prometheus.PodsRoleIsManaged
        && account?.RoleIsManaged != true;
}

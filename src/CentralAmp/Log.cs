using CentralAmp.Clusters;
using Microsoft.Extensions.Logging;

namespace CentralAmp;

/// <summary>Every line that the product logs. No secret, token or presigned address is ever a parameter.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Resolved {ClusterArn} (dry run: {DryRun})")]
    public static partial void ClusterResolved(this ILogger log, string clusterArn, bool dryRun);

    [LoggerMessage(101, LogLevel.Information, "{ClusterArn} is {Status}: {Next}")]
    public static partial void ClusterDescribed(this ILogger log, string clusterArn, string status, ClusterNext next);

    [LoggerMessage(102, LogLevel.Warning, "Removed a stale elevation of {ClusterArn}")]
    public static partial void StaleElevationRemoved(this ILogger log, string clusterArn);

    [LoggerMessage(109, LogLevel.Warning, "Authentication mode of {ClusterArn} knows no access entries: {Delta}, {Change}")]
    public static partial void AuthenticationModeSwitched(this ILogger log, string clusterArn, Access.AuthenticationModeDelta delta, Change change);

    [LoggerMessage(110, LogLevel.Information, "Access entry of {ClusterArn}: {Change}; read-only RBAC: {Reading}")]
    public static partial void AccessEnsured(this ILogger log, string clusterArn, Change change, Access.RbacAccess reading);

    [LoggerMessage(111, LogLevel.Information, "Elevated in {ClusterArn}")]
    public static partial void ElevationStarted(this ILogger log, string clusterArn);

    [LoggerMessage(112, LogLevel.Information, "Elevation of {ClusterArn}: {Change}")]
    public static partial void ElevationEnded(this ILogger log, string clusterArn, Change change);

    [LoggerMessage(113, LogLevel.Information, "{Kind} '{Name}' in {ClusterArn}: {Change}")]
    public static partial void RbacEnsured(this ILogger log, string clusterArn, string kind, string name, Change change);
}

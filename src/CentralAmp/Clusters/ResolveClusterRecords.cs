using System.Text.Json;

namespace CentralAmp.Clusters;

/// <summary>The whole input of the execution, as it came.</summary>
public sealed record ResolveClusterRequest(ExecutionReference Execution, JsonElement Input);

/// <param name="DryRun">Ends after the plan, nothing written.</param>
/// <param name="Reopen">A person says that an offboarded cluster is to be onboarded again.</param>
public sealed record ResolveClusterResult(ClusterReference Cluster, bool DryRun, bool Reopen = false);

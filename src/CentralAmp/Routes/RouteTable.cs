using CentralAmp.Clusters;

namespace CentralAmp.Routes;

/// <summary>The routes in their order, or their errors: a table with an invalid field routes no cluster.</summary>
public sealed class RouteTable
{
    public static readonly RouteTable Empty = new([], []);

    private RouteTable(IReadOnlyList<Route> routes, IReadOnlyList<string> errors)
    {
        Routes = routes;
        Errors = errors;
    }

    public IReadOnlyList<Route> Routes { get; }

    /// <summary>Sentences that name the field, such as <c>routes[1].workspaceArn is not …</c>; empty if all routes are valid.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <param name="json">The template's parameter; empty or blank is a table without routes.</param>
    /// <param name="workspaceArns">All workspaces that routes may name.</param>
    public static RouteTable Parse(string json, string hubAccountId, IReadOnlyCollection<string> workspaceArns)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return Empty;
        }

        var reader = new RouteReader(hubAccountId, workspaceArns);
        var routes = reader.Read(json);
        // Overlaps of invalid routes would only repeat the errors.
        IReadOnlyList<string> errors = reader.Errors.Count > 0 ? reader.Errors : [.. RouteOverlaps.Of(routes)];
        return errors.Count > 0 ? new RouteTable([], errors) : new RouteTable(routes, []);
    }

    /// <summary>The target of the first route that matches; else the default of the installation.</summary>
    /// <param name="installation">Workspace and trust mode of clusters that no route matches.</param>
    public RoutedWorkspace WorkspaceFor(ClusterReference cluster, IReadOnlyDictionary<string, string> tags, RoutedWorkspace installation)
    {
        var route = Routes.FirstOrDefault(route => route.Matches(cluster, tags));
        return new RoutedWorkspace(route?.WorkspaceArn ?? installation.WorkspaceArn, route?.TrustMode ?? installation.TrustMode);
    }

    /// <summary>
    /// Every workspace that the cluster could be routed to, whatever its tags: whoever administers the member account writes them, so they take nothing away
    /// that account and region give.
    /// </summary>
    /// <param name="installation">Workspace of clusters that no route matches.</param>
    public IReadOnlySet<string> PossibleFor(ClusterReference cluster, string installation)
    {
        var candidates = Routes.Where(route => route.MatchesPlace(cluster)).ToList();
        // A route without tags matches for certain: no later one applies.
        var certain = candidates.FindIndex(route => route.Tags.Count == 0);
        return (certain < 0 ? candidates.Select(route => route.WorkspaceArn).Append(installation) : candidates.Take(certain + 1).Select(route => route.WorkspaceArn))
            .ToHashSet(StringComparer.Ordinal);
    }
}

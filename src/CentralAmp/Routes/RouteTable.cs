using CentralAmp.Clusters;

namespace CentralAmp.Routes;

/// <summary>The routes in their order, or what is wrong with them: a table that is wrong in one field routes nothing.</summary>
public sealed class RouteTable
{
    public static readonly RouteTable Empty = new([], []);

    private RouteTable(IReadOnlyList<Route> routes, IReadOnlyList<string> errors)
    {
        Routes = routes;
        Errors = errors;
    }

    public IReadOnlyList<Route> Routes { get; }

    /// <summary>Sentences that name the field, such as <c>routes[1].workspaceArn is not …</c>; empty if all is well.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <param name="json">The parameter as it was given; empty or blank is a table without routes.</param>
    /// <param name="workspaceArns">All that routes may name.</param>
    public static RouteTable Parse(string json, string hubAccountId, IReadOnlyCollection<string> workspaceArns)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return Empty;
        }

        var reader = new RouteReader(hubAccountId, workspaceArns);
        var routes = reader.Read(json);
        // Overlaps of routes that are wrong themselves would only repeat what is said already.
        IReadOnlyList<string> errors = reader.Errors.Count > 0 ? reader.Errors : [.. RouteOverlaps.Of(routes)];
        return errors.Count > 0 ? new RouteTable([], errors) : new RouteTable(routes, []);
    }

    /// <summary>The first route that matches; else what the installation says for everyone.</summary>
    /// <param name="installation">Workspace and trust mode of clusters that no route names.</param>
    public RoutedWorkspace WorkspaceFor(ClusterReference cluster, IReadOnlyDictionary<string, string> tags, RoutedWorkspace installation)
    {
        var route = Routes.FirstOrDefault(route => route.Matches(cluster, tags));
        return new RoutedWorkspace(route?.WorkspaceArn ?? installation.WorkspaceArn, route?.TrustMode ?? installation.TrustMode);
    }
}

namespace CentralAmp.Routes;

/// <summary>
/// Finds routes whose order, and not their selectors, decides. A narrow route before a wide one is intended. Not intended are
/// a route that can never match, and two routes with the same kinds of selectors that share a cluster.
/// </summary>
internal static class RouteOverlaps
{
    public static IEnumerable<string> Of(IReadOnlyList<Route> routes)
    {
        for (var later = 1; later < routes.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (Covers(routes[earlier], routes[later]))
                {
                    yield return $"routes[{later}] ('{routes[later].Name}') never matches: routes[{earlier}] ('{routes[earlier].Name}') matches all of its clusters";
                }
                else if (SelectsAlike(routes[earlier], routes[later]) && Share(routes[earlier], routes[later]))
                {
                    yield return $"routes[{later}] ('{routes[later].Name}') overlaps routes[{earlier}] ('{routes[earlier].Name}'): both select by "
                        + $"{string.Join(", ", Kinds(routes[later]))} and share values";
                }
            }
        }
    }

    private static bool Covers(Route earlier, Route later) =>
        Covers(earlier.Accounts, later.Accounts)
        && Covers(earlier.Regions, later.Regions)
        && earlier.Tags.All(tag => later.Tags.GetValueOrDefault(tag.Key) == tag.Value);

    private static bool Covers(IReadOnlySet<string>? earlier, IReadOnlySet<string>? later) =>
        earlier is null || (later is not null && later.IsSubsetOf(earlier));

    private static bool SelectsAlike(Route one, Route other) => Kinds(one).SequenceEqual(Kinds(other), StringComparer.Ordinal);

    private static bool Share(Route one, Route other) =>
        one.Accounts?.Overlaps(other.Accounts!) != false
        && one.Regions?.Overlaps(other.Regions!) != false
        && one.Tags.All(tag => other.Tags[tag.Key] == tag.Value);

    private static IEnumerable<string> Kinds(Route route) =>
    [
        .. route.Accounts is null ? [] : (string[])["accounts"],
        .. route.Regions is null ? [] : (string[])["regions"],
        .. route.Tags.Keys.Order(StringComparer.Ordinal).Select(key => $"tags.{key}"),
    ];
}

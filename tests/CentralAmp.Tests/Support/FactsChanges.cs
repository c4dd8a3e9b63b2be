using CentralAmp.Registry;

namespace CentralAmp.Tests.Support;

internal static class FactsChanges
{
    /// <summary>The item after the write, as DynamoDB makes it.</summary>
    public static RegistryItem After(this RegistryItem item, FactsUpdate update) => item with
    {
        Facts = new ClusterFacts
        {
            Collector = update.IsAnnouncement ? item.Facts.Collector ?? update.Collector?.ToString() : update.Collector?.ToString() ?? item.Facts.Collector,
            Collectors =
            [
                .. item.Facts.Collectors
                    .Union(update.Ended.Count == 0 ? update.Sends.Select(sends => sends.ToString()) : [])
                    .Except(update.Ended.Select(ended => ended.ToString())),
            ],
            Objects =
            [
                .. item.Facts.Objects
                    .Union(update.Gone.Count == 0 ? update.Objects.Select(one => one.ToString()) : [])
                    .Except(update.Gone.Select(gone => gone.ToString())),
            ],
            NamespaceUid = update.NamespaceUid ?? item.Facts.NamespaceUid,
        },
    };
}

namespace CentralAmp.Clusters;

/// <summary>Words for whom the ingest role trusts.</summary>
public static class TrustModes
{
    public const string Direct = "direct";
    public const string Chained = "chained";

    /// <summary>Direct while the hub has room for another provider, chained after; a cluster that has a role keeps its mode.</summary>
    public const string Auto = "auto";

    public static bool IsKnown(string text) => text is Direct or Chained or Auto;
}

namespace CentralAmp.Clusters;

/// <summary>Names of the trust modes: which principal the ingest role trusts.</summary>
public static class TrustModes
{
    public const string Direct = "direct";
    public const string Chained = "chained";

    /// <summary>Direct while the hub can have another OIDC provider, then chained; a cluster that has a role keeps its mode.</summary>
    public const string Auto = "auto";

    public static bool IsKnown(string text) => text is Direct or Chained or Auto;
}

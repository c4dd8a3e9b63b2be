namespace CentralAmp.Settings;

/// <summary>Limits for the targets of managed agents, which tenants may add. 0: no limit. A target beyond one is not scraped, and its <c>up</c> is 0.</summary>
/// <param name="Samples">Of one scrape.</param>
/// <param name="Targets">Of one job.</param>
/// <param name="Labels">Of one sample.</param>
public sealed record AgentLimits(int Samples = 0, int Targets = 0, int Labels = 0);

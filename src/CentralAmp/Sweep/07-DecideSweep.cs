using System.Text.Json;
using System.Text.Json.Serialization;
using CentralAmp.Registry;
using CentralAmp.Settings;
using Microsoft.Extensions.Logging;

namespace CentralAmp.Sweep;

public sealed record DecideSweepRequest(ExecutionReference Execution, SweepReference Sweep);

/// <summary>Whether the sweep starts executions for its findings.</summary>
public enum SweepAction
{
    Start,

    /// <summary>Mode Observe: findings are only reported.</summary>
    Observe,

    /// <summary>Too many clusters would be removed or re-routed: findings are only reported, with an alarm.</summary>
    Brake,
}

/// <param name="NewLeft">How many new clusters this sweep may still onboard.</param>
/// <param name="Braked">Accounts in which nothing is started, because too many of their clusters would be removed or re-routed. Empty if the whole sweep is braked, absent in a decision of the last release.</param>
public sealed record DecideSweepResult(SweepAction Action, int NewLeft, string Sentence, string[]? Braked = null);

/// <summary>Counts the findings and decides whether executions start.</summary>
public sealed partial class DecideSweepStep(IFleetRegistry registry, HubSettings settings, ILogger<DecideSweepStep> logger)
{
    public async Task<DecideSweepResult> RunAsync(DecideSweepRequest request, CancellationToken cancellationToken)
    {
        // Without the lease, another sweep decides; the findings of this one may be outdated.
        await registry.RequireLeaseAsync(request.Execution, cancellationToken);
        var decision = SweepDecider.Decide(await FleetCount.OfAsync(registry, request.Sweep, cancellationToken), request.Sweep, settings.Sweep);
        Decided(request.Sweep.Id, decision.Action, decision.Sentence);
        return decision;
    }

    [LoggerMessage(LogLevel.Information, "{Sweep}: {Action}. {Sentence}")]
    private partial void Decided(string sweep, SweepAction action, string sentence);
}

/// <summary>Decides whether a sweep starts executions for its findings. Pure.</summary>
public static class SweepDecider
{
    /// <summary>So many clusters may always be removed or re-routed at once, also in a small fleet.</summary>
    private const int AlwaysAllowed = 3;

    private const double Share = 0.05;

    /// <summary>A sentence names at most so many accounts.</summary>
    private const int Named = 10;

    public static int BrakeAt(int living) => Math.Max(AlwaysAllowed, (int)Math.Floor(living * Share));

    public static DecideSweepResult Decide(FleetCount count, SweepReference sweep, SweepSettings settings)
    {
        var removals = $"{count.Removals} clusters to be offboarded or cut, {count.Reroutes} to be re-routed, of {count.Living} registered";
        string[] braked = sweep.IgnoreBrake ? [] : [.. count.Accounts.Where(account => account.Value.Changes > BrakeAt(account.Value.Living)).Select(account => account.Key)];
        return (settings.Mode, !sweep.IgnoreBrake && IsBrakedInAll(count, braked)) switch
        {
            (SweepMode.Observe, _) => new DecideSweepResult(SweepAction.Observe, 0, $"Mode Observe: {removals}; nothing is started.", []),
            (_, true) => new DecideSweepResult(
                SweepAction.Brake, 0, $"Braked, nothing is started: {removals}; more than {BrakeAt(count.Living)} at once needs the approval of an operator.", []),
            _ when braked.Length > 0 => new DecideSweepResult(SweepAction.Start, settings.MaxNew, BrakedSentence(count, removals, braked), braked),
            _ => new DecideSweepResult(SweepAction.Start, settings.MaxNew, $"{removals}.", []),
        };
    }

    /// <summary>
    /// One account stops only itself, so the one with the most changes does not count for the others if it is braked. Two braked accounts are no
    /// longer the doing of one.
    /// </summary>
    private static bool IsBrakedInAll(FleetCount count, string[] braked)
    {
        var most = braked.Length == 0 ? 0 : braked.Max(account => count.Accounts[account].Changes);
        return count.Removals + count.Reroutes - most > BrakeAt(count.Living) || (braked.Length > 0 && braked.Length == count.Accounts.Count);
    }

    private static string BrakedSentence(FleetCount count, string removals, string[] braked)
    {
        var accounts = braked.Take(Named).Select(account => InAccount(account, count.Accounts[account]));
        var more = braked.Length > Named ? $" and {braked.Length - Named} more" : "";
        return $"{removals}. Braked, nothing is started in account {string.Join(", ", accounts)}{more}: that needs the approval of an operator.";
    }

    private static string InAccount(string account, AccountCount count) => $"{account} ({count.Changes} of {count.Living}; {BrakeAt(count.Living)} may change at once)";
}

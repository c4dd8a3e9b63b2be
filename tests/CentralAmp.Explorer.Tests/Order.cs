using System.Globalization;
using System.Text.RegularExpressions;

namespace CentralAmp.Explorer.Tests;

/// <summary>What happens to one of the executions, besides the others.</summary>
internal enum Fault
{
    None,

    /// <summary>Its process ends when it enters the state.</summary>
    Kill,

    /// <summary>The function of the state is invoked twice.</summary>
    Repeat,

    /// <summary>The state begins only after the lease of an elevation has expired.</summary>
    Delay,
}

/// <summary>Requests of which each one comes when the one before enters a state. The text of an order is the script by which it can be run again.</summary>
/// <param name="Initial">How the cluster stands when the first request comes: one of <see cref="Exploration.Initials"/>.</param>
/// <param name="Requests">Names of requests.</param>
/// <param name="States">For each request but the first: the number of the state, from 1 on, of the execution before it.</param>
/// <param name="FaultyExecution">Number of the request, from 1 on, whose execution has the fault.</param>
/// <param name="FaultState">Number of its state.</param>
internal sealed partial record Order(
    string Initial, IReadOnlyList<string> Requests, IReadOnlyList<int> States, Fault Fault = Fault.None, int FaultyExecution = 0, int FaultState = 0)
{
    /// <exception cref="FormatException">The text is no script.</exception>
    public static Order Parse(string script)
    {
        if (Script().Match(script) is not { Success: true } match)
        {
            throw new FormatException($"'{script}' is not 'INITIAL: FIRST | SECOND@STATE | … [kill|repeat|delay EXECUTION@STATE]'.");
        }

        var fault = match.Groups["fault"].Success ? Enum.Parse<Fault>(match.Groups["fault"].Value, ignoreCase: true) : Fault.None;
        return new Order(
            match.Groups["initial"].Value,
            [match.Groups["first"].Value, .. match.Groups["next"].Captures.Select(capture => capture.Value)],
            [.. match.Groups["state"].Captures.Select(capture => Number(capture.Value))],
            fault,
            fault == Fault.None ? 0 : Number(match.Groups["execution"].Value),
            fault == Fault.None ? 0 : Number(match.Groups["at"].Value));
    }

    public override string ToString() => $"{Initial}: {Requests[0]}"
        + string.Concat(Requests.Skip(1).Zip(States, (request, state) => $" | {request}@{state}"))
        + (Fault == Fault.None ? "" : $" {Fault.ToString().ToLowerInvariant()} {FaultyExecution}@{FaultState}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<initial>\w+): (?<first>\w+)( \| (?<next>\w+)@(?<state>\d+))*( (?<fault>kill|repeat|delay) (?<execution>\d+)@(?<at>\d+))?$")]
    private static partial Regex Script();
}

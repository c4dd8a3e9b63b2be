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

/// <summary>Where an execution is: when it enters a state, or in the middle of one, before a write.</summary>
/// <param name="Number">Of the state or the write in this execution, from 1 on.</param>
internal sealed record Point(int Number, bool IsWrite = false)
{
    public static Point Parse(string text) => new(int.Parse(text.TrimStart('w'), CultureInfo.InvariantCulture), text.StartsWith('w'));

    public override string ToString() => IsWrite ? $"w{Number}" : $"{Number}";
}

/// <summary>Requests of which each one comes when the one before is at a point. The text of an order is the script by which it can be run again.</summary>
/// <param name="Initial">How the cluster stands when the first request comes: one of <see cref="Exploration.Initials"/>.</param>
/// <param name="Requests">Names of requests.</param>
/// <param name="Points">For each request but the first: where the execution before it is.</param>
/// <param name="FaultyExecution">Number of the request, from 1 on, whose execution has the fault.</param>
/// <param name="FaultState">Number of its state.</param>
internal sealed partial record Order(
    string Initial, IReadOnlyList<string> Requests, IReadOnlyList<Point> Points, Fault Fault = Fault.None, int FaultyExecution = 0, int FaultState = 0)
{
    /// <exception cref="FormatException">The text is no script.</exception>
    public static Order Parse(string script)
    {
        if (Script().Match(script) is not { Success: true } match)
        {
            throw new FormatException($"'{script}' is not 'INITIAL: FIRST | SECOND@POINT | … [kill|repeat|delay EXECUTION@STATE]'.");
        }

        var fault = match.Groups["fault"].Success ? Enum.Parse<Fault>(match.Groups["fault"].Value, ignoreCase: true) : Fault.None;
        return new Order(
            match.Groups["initial"].Value,
            [match.Groups["first"].Value, .. match.Groups["next"].Captures.Select(capture => capture.Value)],
            [.. match.Groups["point"].Captures.Select(capture => Point.Parse(capture.Value))],
            fault,
            fault == Fault.None ? 0 : Number(match.Groups["execution"].Value),
            fault == Fault.None ? 0 : Number(match.Groups["at"].Value));
    }

    public override string ToString() => $"{Initial}: {Requests[0]}"
        + string.Concat(Requests.Skip(1).Zip(Points, (request, point) => $" | {request}@{point}"))
        + (Fault == Fault.None ? "" : $" {Fault.ToString().ToLowerInvariant()} {FaultyExecution}@{FaultState}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<initial>\w+): (?<first>\w+)( \| (?<next>\w+)@(?<point>w?\d+))*( (?<fault>kill|repeat|delay) (?<execution>\d+)@(?<at>\d+))?$")]
    private static partial Regex Script();
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CentralAmp.Benchmarks;

/// <summary>
/// Runs the contestants one after the other, round by round, in one run on one machine: only the ratios may be compared across machines.
/// </summary>
internal static class ColdStartBenchmark
{
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Lacking = 3;

    public static async Task<int> RunAsync(int rounds, bool json, CancellationToken cancellationToken)
    {
        if (rounds is < 1 or > 1000)
        {
            await Console.Error.WriteLineAsync("--rounds takes 1 to 1000");
            return Usage;
        }

        try
        {
            var progress = json ? TextWriter.Null : Console.Out;
            var contestants = await Contestants.PrepareAsync(progress, cancellationToken);
            var measured = await MeasureAsync(contestants, rounds, progress, cancellationToken);
            await Console.Out.WriteLineAsync(json ? Json(measured, rounds) : Table(measured));
            return 0;
        }
        catch (PeerMissingException missing)
        {
            await Console.Error.WriteLineAsync(missing.Message);
            return Lacking;
        }
        catch (InvalidOperationException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return Failed;
        }
    }

    private static async Task<IReadOnlyList<ContestantResult>> MeasureAsync(
        IReadOnlyList<Contestant> contestants, int rounds, TextWriter progress, CancellationToken cancellationToken)
    {
        await using var coldStart = await ColdStart.ListenAsync();
        var starts = contestants.ToDictionary(contestant => contestant.Name, _ => new List<Start>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var contestant in contestants)
            {
                var start = await coldStart.MeasureAsync(contestant, cancellationToken);
                // The first round fills the page cache for all contestants and is not counted.
                if (round > 0)
                    starts[contestant.Name].Add(start);
            }

            await progress.WriteAsync($"\rround {round} of {rounds}");
        }

        await progress.WriteLineAsync();
        var results = new List<ContestantResult>();
        foreach (var contestant in contestants)
        {
            var page = contestant.IsCentralAmp ? await coldStart.MeasurePagesAsync(contestant, cancellationToken) : null;
            results.Add(new ContestantResult(contestant.Name, starts[contestant.Name], page));
        }

        return results;
    }

    private static string Table(IReadOnlyList<ContestantResult> results)
    {
        var lines = new List<string>
        {
            "",
            "process start to first response: one AssumeRole, one EKS call and one read of the registry, over TLS",
            $"{"",-26}{"median ms",10}{"min",8}{"max",8}{"peak MB",9}{"CPU ms",8}",
        };
        lines.AddRange(results.Select(result => string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Name,-26}{result.Milliseconds,10:F0}{result.Starts.Min(start => start.Milliseconds),8:F0}{result.Starts.Max(start => start.Milliseconds),8:F0}{result.PeakMegabytes,9:F0}{result.CpuMilliseconds,8:F0}")));
        lines.AddRange(results.Skip(1).Select(peer => string.Create(
            CultureInfo.InvariantCulture, $"ratio to {peer.Name}: {Ratio(results, peer):F2}")));
        lines.AddRange(["", $"the heaviest invocation, warm: a page of 200 items of the registry", $"{"",-26}{"mean ms",10}{"peak MB",9}{"CPU ms",8}"]);
        lines.AddRange(results.Where(result => result.Page is not null).Select(result => string.Create(
            CultureInfo.InvariantCulture, $"{result.Name,-26}{result.Page!.Milliseconds,10:F1}{result.Page.PeakMegabytes,9:F0}{result.Page.CpuMilliseconds,8:F1}")));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Json(IReadOnlyList<ContestantResult> results, int rounds) => new JsonObject
    {
        ["rounds"] = rounds,
        ["contestants"] = new JsonArray([.. results.Select(result => (JsonNode)new JsonObject
        {
            ["name"] = result.Name,
            ["medianMilliseconds"] = Math.Round(result.Milliseconds, 1),
            ["peakMegabytes"] = Math.Round(result.PeakMegabytes, 1),
            ["cpuMilliseconds"] = Math.Round(result.CpuMilliseconds, 1),
            ["ratio"] = Math.Round(Ratio(results, result), 3),
            ["pageMilliseconds"] = result.Page is { } page ? Math.Round(page.Milliseconds, 2) : null,
            ["pageCpuMilliseconds"] = result.Page is { } ofPage ? Math.Round(ofPage.CpuMilliseconds, 2) : null,
        })]),
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>CentralAmp's median start, divided by the peer's.</summary>
    private static double Ratio(IReadOnlyList<ContestantResult> results, ContestantResult peer) => results[0].Milliseconds / peer.Milliseconds;
}

/// <summary>The counted starts of one contestant; figures are medians.</summary>
/// <param name="Page">Null for a peer.</param>
internal sealed record ContestantResult(string Name, IReadOnlyList<Start> Starts, Page? Page)
{
    public double Milliseconds => Median(start => start.Milliseconds);

    public double PeakMegabytes => Median(start => start.PeakMegabytes);

    public double CpuMilliseconds => Median(start => start.CpuMilliseconds);

    private double Median(Func<Start, double> figure) => Starts.Select(figure).Order().ElementAt(Starts.Count / 2);
}

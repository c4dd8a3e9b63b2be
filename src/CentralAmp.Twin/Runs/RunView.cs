using System.Globalization;
using CentralAmp.Twin.Breaks;
using Spectre.Console;

namespace CentralAmp.Twin.Runs;

/// <summary>Console output of a run. With <c>--json</c> it goes to standard error, so that standard output holds only the JSON object.</summary>
public sealed class RunView
{
    private readonly IAnsiConsole console;
    private readonly TimeProvider time;
    private readonly long started;

    public RunView(bool json, TimeProvider time)
        : this(json ? Console.Error : Console.Out, time)
    {
    }

    public RunView(TextWriter output, TimeProvider time)
    {
        this.time = time;
        started = time.GetTimestamp();
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
        });
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 160;
    }

    private string Elapsed => time.GetElapsedTime(started).ToString(@"mm\:ss\.f", CultureInfo.InvariantCulture);

    public void Step(string sentence) => console.MarkupLineInterpolated($"[grey]{Elapsed}[/] {sentence}");

    public void Passed(string cluster, PassedState state) =>
        console.MarkupLineInterpolated($"[grey]{Elapsed}[/] [blue]{cluster}[/] {state.Name,-24} {Duration(state),8}{Retries(state)}");

    /// <summary>Prints a line without markup and wrapping, so that it can be copied.</summary>
    public void Plain(string line) => console.Profile.Out.Writer.WriteLine(line);

    public void Planted(Break planted) => console.MarkupLineInterpolated($"[yellow]planted: {planted.Name}[/] ({planted.Description}); expected cause: {planted.Cause}");

    public void Problem(string sentence) => console.MarkupLineInterpolated($"[red]{sentence}[/]");

    public void Summary(RunReport report)
    {
        foreach (var cluster in report.Clusters)
            console.Write(Table(cluster));
        if (report.Checks is not null)
            console.Write(Overview(report.Clusters));
        foreach (var (account, names) in report.Left ?? new Dictionary<string, IReadOnlyList<string>>())
            foreach (var name in names)
                console.MarkupLineInterpolated($"remaining in {account}: {name}");
        if (report.Checks?.Where(check => !check.Passed).ToList() is { Count: > 0 } wrong)
            foreach (var check in wrong)
                Problem($"wrong: {check.Name} (found: {check.Detail})");
        console.MarkupLineInterpolated($"calls to AWS and Kubernetes: {report.Calls.Total}, writes: {report.Calls.Writes}, denied: {report.Calls.Denied}");
    }

    // All clusters of a scenario in one table.
    private static Table Overview(IReadOnlyList<ClusterReport> clusters)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("cluster", "outcome", "expected", "cause", "delivery", "series", "seconds");
        foreach (var cluster in clusters)
        {
            var color = cluster.Outcome == (cluster.Expected ?? "Verified") ? "green" : "red";
            table.AddRow(
                Markup.Escape(cluster.ClusterArn.Split('/')[^1]),
                $"[{color}]{cluster.Outcome ?? "none recorded"}[/]",
                cluster.Expected ?? "Verified",
                cluster.Cause ?? "",
                cluster.Delivery ?? "",
                cluster.Series?.ToString(CultureInfo.InvariantCulture) ?? "",
                cluster.SecondsTotal.ToString("F1", CultureInfo.InvariantCulture));
        }
        return table;
    }

    private static Table Table(ClusterReport cluster)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        var color = cluster.Outcome == (cluster.Expected ?? "Verified") ? "green" : "red";
        table.AddRow(new Markup("outcome"), new Markup($"[{color}]{cluster.Outcome ?? "none recorded"}[/] {Markup.Escape(cluster.Cause ?? "")}"));
        foreach (var (name, value) in Rows(cluster))
            if (value is not null)
                table.AddRow(new Text(name), new Text(value));
        return table;
    }

    private static IEnumerable<(string Name, string? Value)> Rows(ClusterReport cluster)
    {
        yield return ("", cluster.Sentence);
        yield return ("remedy", cluster.Remedy);
        yield return ("cluster", cluster.ClusterArn);
        yield return ("workspace", cluster.WorkspaceArn);
        yield return ("role", cluster.RoleArn);
        yield return ("trust, delivery", cluster.TrustMode is null ? null : $"{cluster.TrustMode}, {cluster.Delivery}");
        yield return ("series", cluster.Series?.ToString(CultureInfo.InvariantCulture));
        yield return ("ACTIVE to first sample", Seconds(cluster.SecondsFromActive));
        yield return ("execution", string.Create(CultureInfo.InvariantCulture, $"{cluster.SecondsTotal:F1} s, {cluster.Transitions} transitions"));
        yield return ("again", cluster.Again is { } again
            ? string.Create(CultureInfo.InvariantCulture, $"{again.Outcome}: {again.Calls} calls to AWS, {again.Writes} writes")
            : null);
    }

    private static string? Seconds(double? value) => value is null ? null : string.Create(CultureInfo.InvariantCulture, $"{value:F1} s");

    private static string Duration(PassedState state) => Seconds(state.Duration?.TotalSeconds) ?? "";

    private static string Retries(PassedState state) => state.Retries == 0 ? "" : $"  ({state.Retries} retries)";
}

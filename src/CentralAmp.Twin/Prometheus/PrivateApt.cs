namespace CentralAmp.Twin.Prometheus;

/// <summary>apt with sources, state and cache in a folder of its own, for one suite of one archive.</summary>
internal sealed class PrivateApt(string folder, AptArchive archive, string suite)
{
    /// <summary>The file of the newest package of this name, null with apt's output when apt cannot download it.</summary>
    public async Task<(string? File, string Output)> DownloadAsync(string package, CancellationToken cancellationToken)
    {
        var configuration = Prepare();
        var update = await Command.RunAsync("apt-get", ["-c", configuration, "-q", "update"], cancellationToken);
        // Downloads go where apt is started; a shell is the way to start it elsewhere without changing our own directory.
        var download = await Command.RunAsync(
            "sh", ["-c", "cd \"$1\" && exec apt-get -c \"$2\" -q download \"$3\"", "sh", folder, configuration, package], cancellationToken);
        var file = Directory.EnumerateFiles(folder, $"{package}_*.deb").FirstOrDefault();
        return (download.ExitCode == 0 ? file : null, $"{update.Output}\n{download.Output}");
    }

    /// <summary>The machine's own source files, as its apt finds them.</summary>
    public static async Task<IReadOnlyList<(string File, string Content)>> SourceFilesAsync(CancellationToken cancellationToken)
    {
        var answer = await Command.RunAsync("apt-config", ["shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"], cancellationToken);
        var paths = answer.Output.Split('\n').Where(l => l.Contains('=', StringComparison.Ordinal))
            .ToDictionary(l => l.Split('=')[0], l => l.Split('=', 2)[1].Trim('\''));
        var files = new List<string> { paths.GetValueOrDefault("LIST", "") };
        if (paths.TryGetValue("PARTS", out var parts) && Directory.Exists(parts))
            files.AddRange(Directory.EnumerateFiles(parts).Where(f => f.EndsWith(".list", StringComparison.Ordinal) || f.EndsWith(".sources", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        return [.. files.Where(File.Exists).Select(f => (f, File.ReadAllText(f)))];
    }

    private string Prepare()
    {
        Directory.CreateDirectory(Path.Combine(folder, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(folder, "archives", "partial"));
        File.WriteAllText(Path.Combine(folder, "status"), "");
        var sources = Path.Combine(folder, "sources.list");
        File.WriteAllText(sources, $"deb [{archive.Options} target=Packages lang=none] {archive.Uri} {suite} main\n");

        // The hooks of the machine's configuration (clean-up after an update, for one) are not for a private folder.
        var configuration = Path.Combine(folder, "apt.conf");
        File.WriteAllText(configuration,
            $"""
            #clear APT::Update::Pre-Invoke;
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;
            #clear DPkg::Post-Invoke;
            Dir::Etc::sourcelist "{sources}";
            Dir::Etc::sourceparts "-";
            Dir::State "{folder}";
            Dir::State::lists "{folder}/lists";
            Dir::State::status "{folder}/status";
            Dir::Cache "{folder}";
            Acquire::Languages "none";
            Acquire::PDiffs "false";
            APT::Sandbox::User "";
            """);
        return configuration;
    }
}

namespace CentralAmp.Twin.Prometheus;

/// <summary>
/// Finds a Prometheus that is new enough: on PATH, else in the private folder, else from the newer suites of the Debian
/// archive that this machine already uses, unpacked into the private folder.
/// </summary>
/// <remarks>
/// apt itself fetches and verifies (signature of the release, hashes of index and package), with state, cache and sources of
/// its own: the machine's sources and packages are neither read for writing nor changed.
/// </remarks>
/// <param name="folder">The twin's private folder, kept between runs.</param>
/// <param name="progress">Receives a message before each slow step.</param>
/// <param name="program"><c>prometheus</c> or <c>promtool</c>; Debian packs each under its name.</param>
public sealed class PrometheusProvisioning(string folder, Action<string> progress, string program = PrometheusProvisioning.Prometheus)
{
    public const string Prometheus = "prometheus";
    public const string Promtool = "promtool";

    private const string Codename = "VERSION_CODENAME=";
    private static readonly string[] Suites = ["trixie", "sid"];

    private string Unpacked => Path.Combine(folder, "prometheus", program);

    /// <exception cref="ProvisioningException">There is none and none can be had.</exception>
    public async Task<PrometheusBinary> EnsureAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } found)
            return found;

        await using var held = await PrivateFolder.LockAsync(folder, program, cancellationToken);
        // Another run may have provisioned it while this one waited.
        return await FindAsync(cancellationToken) ?? await FetchAsync(cancellationToken);
    }

    private async Task<PrometheusBinary?> FindAsync(CancellationToken cancellationToken)
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program));
        foreach (var candidate in onPath.Append(Unpacked).Where(File.Exists))
        {
            if (await PrometheusBinary.InspectAsync(candidate, cancellationToken) is { IsNewEnough: true } found)
                return found;
        }
        return null;
    }

    private async Task<PrometheusBinary> FetchAsync(CancellationToken cancellationToken)
    {
        var archives = await ArchivesAsync(cancellationToken);
        List<string> attempts = [];
        foreach (var suite in Suites)
        {
            foreach (var archive in archives)
            {
                progress($"Fetching {program} from suite {suite} of this machine's Debian archive (about 26 MB, once).");
                if (await FetchAsync(archive, suite, attempts, cancellationToken) is { } binary)
                    return binary;
            }
        }
        throw Unavailable(string.Join('\n', attempts));
    }

    private async Task<PrometheusBinary?> FetchAsync(AptArchive archive, string suite, List<string> attempts, CancellationToken cancellationToken)
    {
        var work = Directory.CreateDirectory(Path.Combine(folder, $"{program}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var apt = new PrivateApt(work, archive, suite);
            var (package, output) = await apt.DownloadAsync(program, cancellationToken);
            if (package is null)
            {
                attempts.Add($"{suite}: {output.Trim()}");
                return null;
            }
            return await UnpackAsync(work, package, attempts, cancellationToken);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private async Task<PrometheusBinary?> UnpackAsync(string work, string package, List<string> attempts, CancellationToken cancellationToken)
    {
        var tree = Path.Combine(work, "tree");
        var unpack = await Command.RunAsync("dpkg-deb", ["-x", package, tree], cancellationToken);
        var binary = await PrometheusBinary.InspectAsync(Path.Combine(tree, "usr", "bin", program), cancellationToken);
        if (binary is not { IsNewEnough: true })
        {
            attempts.Add($"{Path.GetFileName(package)}: {(binary is null ? $"does not run here. {unpack.Output.Trim()}" : $"is only {binary.Version}")}");
            return null;
        }
        // A rename within one folder is atomic: a run that looks meanwhile sees the whole program or none.
        Directory.CreateDirectory(Path.GetDirectoryName(Unpacked)!);
        File.Move(binary.Path, Unpacked, overwrite: true);
        return binary with { Path = Unpacked };
    }

    private async Task<IReadOnlyList<AptArchive>> ArchivesAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/dpkg-deb"))
            throw Unavailable("This machine has no apt to fetch it with.");
        var files = await PrivateApt.SourceFilesAsync(cancellationToken);
        var release = File.Exists("/etc/os-release") ? await File.ReadAllLinesAsync("/etc/os-release", cancellationToken) : [];
        var codename = release.FirstOrDefault(l => l.StartsWith(Codename, StringComparison.Ordinal))?[Codename.Length..].Trim('"') ?? "";
        var archives = AptSources.Parse(files, codename);
        return archives.Count > 0 ? archives : throw Unavailable($"No apt source of this machine carries its release '{codename}'.");
    }

    private ProvisioningException Unavailable(string why) => new(
        $"The twin needs {program} {PrometheusBinary.Oldest.ToString(2)} or newer and there is none on PATH. {why}\n" +
        $"Put a newer one on PATH (any build of {program} for this machine will do) and run again.");
}

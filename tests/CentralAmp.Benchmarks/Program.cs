using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using CentralAmp.Benchmarks;

// Cold start of a ReadyToRun publish beside Python and boto3, interleaved in one run: only the ratio may be compared across machines.
const int Runs = 11;
var root = typeof(ColdStart).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RepositoryRoot").Value!;
var publish = Path.Combine(root, "artifacts", "benchmark", "functions");

Console.WriteLine("publishing CentralAmp.Functions (ReadyToRun, linux-x64, framework-dependent) ...");
await RunAsync("dotnet", "publish", Path.Combine(root, "src", "CentralAmp.Functions"), "-c", "Release", "-r", "linux-x64", "--self-contained", "false",
    "-p:PublishReadyToRun=true", "-o", publish, "-v", "quiet");

var settings = new Dictionary<string, string>
{
    ["_HANDLER"] = "CentralAmp.Functions",
    ["ANNOTATIONS_HANDLER"] = "DescribeCluster",
    ["CENTRALAMP_REGISTRY_TABLE"] = "registry",
    ["CENTRALAMP_WORKSPACE_ARN"] = "arn:aws:aps:us-east-1:111111111111:workspace/ws-benchmark",
    ["CENTRALAMP_MEMBER_ROLE_NAME"] = "CentralAmpMember",
    ["CENTRALAMP_ROLE_PATH"] = "/central-amp/",
    ["CENTRALAMP_BOUNDARY_ARN"] = "arn:aws:iam::111111111111:policy/central-amp/boundary",
    ["CENTRALAMP_ACTIVE_LIMIT_SECONDS"] = "2000000000",
    ["CENTRALAMP_ACTIVE_POLL_SECONDS"] = "30",
    ["CENTRALAMP_PARK_FIRST_SECONDS"] = "60",
    ["CENTRALAMP_PARK_MAX_SECONDS"] = "900",
    ["CENTRALAMP_PARK_LIMIT_SECONDS"] = "604800",
    ["CENTRALAMP_LEASE_SECONDS"] = "300",
    ["CENTRALAMP_PROXY_FROM_ENVIRONMENT"] = "false",
    ["CENTRALAMP_HUB_ACCOUNT_ID"] = "111111111111",
    ["CENTRALAMP_MORE_WORKSPACE_ARNS"] = "",
    ["CENTRALAMP_ROUTES"] = "",
    ["CENTRALAMP_TRUST_MODE"] = "direct",
    ["CENTRALAMP_PROVIDER_THRESHOLD"] = "90",
    ["CENTRALAMP_ONBOARD_BY_DEFAULT"] = "true",
    ["CENTRALAMP_COLLECTOR_BOUNDARY"] = "/central-amp/CentralAmpCollectorBoundary",
    ["CENTRALAMP_SWEEP_MODE"] = "Enforce",
    ["CENTRALAMP_SWEEP_PAUSED"] = "false",
    ["CENTRALAMP_MAX_NEW_PER_SWEEP"] = "50",
    ["CENTRALAMP_ACCOUNTS"] = "",
    ["CENTRALAMP_REGIONS"] = "",
};
Contestant[] contestants =
[
    new("CentralAmp, ReadyToRun", "dotnet", [Path.Combine(publish, "CentralAmp.Functions.dll")], settings),
    new("Python, boto3", "python3", [Path.Combine(AppContext.BaseDirectory, "peer.py")], new Dictionary<string, string>()),
];

await using var coldStart = await ColdStart.ListenAsync();
var times = contestants.ToDictionary(contestant => contestant.Name, _ => new List<double>());
for (var run = 0; run <= Runs; run++)
{
    foreach (var contestant in contestants)
    {
        var elapsed = await coldStart.TimeAsync(contestant);
        // The first round fills the page cache for both and is not counted.
        if (run > 0)
            times[contestant.Name].Add(elapsed);
    }

    Console.Write($"\rround {run} of {Runs}");
}

Console.WriteLine("\n\nprocess start to first response, one AssumeRole, one EKS call and one look into the registry; milliseconds");
foreach (var (name, measured) in times)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24} median {Median(measured),6:F0}   min {measured.Min(),6:F0}   max {measured.Max(),6:F0}"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio (ours / peer)      {Median(times[contestants[0].Name]) / Median(times[contestants[1].Name]):F2}"));
return 0;

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static async Task RunAsync(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
    await process.WaitForExitAsync();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
}

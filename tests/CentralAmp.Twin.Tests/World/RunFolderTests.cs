using System.Diagnostics;
using CentralAmp.Twin.World;

namespace CentralAmp.Twin.Tests.World;

/// <summary>A killed twin leaves its folder; the next start removes it, and no other.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly string privateFolder = Directory.CreateTempSubdirectory("twin-private-").FullName;
    private readonly List<string> folders = [];

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private string Records => Path.Combine(privateFolder, "runs");

    [Fact]
    public async Task A_run_that_ends_removes_its_folder_and_its_record()
    {
        string path;
        using (var folder = await StartAsync())
            path = folder.Path;

        Assert.False(Directory.Exists(path));
        Assert.Empty(Directory.GetFiles(Records));
    }

    [Fact]
    public async Task The_folder_of_a_killed_twin_is_removed_by_the_next_start()
    {
        var path = Left(await EndedProcessAsync(), Now);

        using var next = await StartAsync();

        Assert.False(Directory.Exists(path));
        Assert.Single(Directory.GetFiles(Records));
    }

    [Fact]
    public async Task A_process_id_that_is_used_again_keeps_no_folder()
    {
        var path = Left(Environment.ProcessId, Now.AddDays(-1));

        using var next = await StartAsync();

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task The_folder_of_a_living_twin_stays()
    {
        using var living = await StartAsync();
        using var next = await StartAsync();

        Assert.True(Directory.Exists(living.Path));
        Assert.Equal(2, Directory.GetFiles(Records).Length);
    }

    [Fact]
    public async Task A_lock_keeps_the_folder_until_its_holder_is_killed()
    {
        var path = Left(await EndedProcessAsync(), Now);
        using var holder = Process.Start("flock", ["-x", "-F", Path.Combine(Records, Path.GetFileName(path)), "sh", "-c", $"echo > {privateFolder}/held; exec sleep 600"])!;
        while (!File.Exists(Path.Combine(privateFolder, "held")))
        {
            Assert.False(holder.HasExited, "flock did not take the lock");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        using (await StartAsync())
            Assert.True(Directory.Exists(path));
        holder.Kill();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        using (await StartAsync())
            Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_living_process_keeps_its_folder_where_locks_are_not_kept()
    {
        using var self = Process.GetCurrentProcess();
        var path = Left(Environment.ProcessId, self.StartTime);

        using var next = await StartAsync();

        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public async Task A_folder_that_is_no_twins_is_never_removed()
    {
        var path = Left(await EndedProcessAsync(), Now, prefix: "somewhere-else-");

        using var next = await StartAsync();

        Assert.True(Directory.Exists(path));
    }

    public void Dispose()
    {
        foreach (var folder in folders.Append(privateFolder).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }

    private Task<RunFolder> StartAsync() => RunFolder.CreateAsync(privateFolder, _ => { }, TestContext.Current.CancellationToken);

    private string Left(int processId, DateTime started, string prefix = "centralamp-twin-")
    {
        var path = Directory.CreateTempSubdirectory(prefix).FullName;
        folders.Add(path);
        File.WriteAllText(Path.Combine(path, "moto.log"), "");
        Directory.CreateDirectory(Records);
        File.WriteAllText(Path.Combine(Records, Path.GetFileName(path)), RunFolder.Describe(path, processId, started));
        return path;
    }

    private static async Task<int> EndedProcessAsync()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.Id;
    }
}

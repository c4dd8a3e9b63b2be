using CentralAmp.Clusters;
using CentralAmp.Tests.Offboarding;

namespace CentralAmp.Explorer.Tests;

/// <summary>What somebody asks of CentralAmp, as a change of the world and an execution.</summary>
/// <param name="Name">Its name in a script.</param>
/// <param name="Change">Changes the cluster in EKS; empty for a request that is an execution alone.</param>
internal sealed record Request(string Name, Action<World> Change, Func<Scene, Task> ExecuteAsync)
{
    public static IReadOnlyList<Request> All { get; } =
    [
        new("create", _ => { }, scene => scene.Executions.OnboardAsync(Executions.Event("CreateCluster"))),
        new("tag", world => Tag(world, ClusterTags.Profile, "minimal"), scene => scene.Executions.OnboardAsync()),
        new("out", world => Tag(world, ClusterTags.Onboard, "false"), scene => scene.Executions.OnboardAsync()),
        new("in", world => world.Current?.Tags.Remove(ClusterTags.Onboard), scene => scene.Executions.OnboardAsync()),
        new("reroute", world => Tag(world, Scene.RouteTag, "production"), scene => scene.Executions.OnboardAsync()),
        new("sweep", _ => { }, scene => scene.SweepAsync()),
        new("offboard", _ => { }, scene => scene.Executions.OffboardAsync()),
        new("delete", world => world.EndDeletion(), scene => scene.Executions.OffboardAsync(Executions.Event("DeleteCluster"))),
        new("recreate", Recreate, async scene =>
        {
            await scene.Executions.OnboardAsync(Executions.Event("CreateCluster"));
            await scene.Executions.OffboardAsync(Executions.Event("DeleteCluster"));
        }),
        new("reopen", _ => { }, scene => scene.Executions.OnboardAsync(scene.Executions.Manual.Replace("}", ",\"reopen\":true}", StringComparison.Ordinal))),
    ];

    public static Request Named(string name) => All.Single(request => request.Name == name);

    private static void Recreate(World world)
    {
        world.EndDeletion();
        world.Create();
    }

    private static void Tag(World world, string key, string value)
    {
        if (world.Current is { } living)
        {
            living.Tags[key] = value;
        }
    }
}

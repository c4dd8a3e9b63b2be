using System.Net;
using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>What planning, inspection and offboarding rely on.</summary>
public sealed class ReadingAndDeletingTests(ContractServer server) : IAsyncLifetime
{
    private ContractNamespace space = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IKubernetes Us => server.Administrator;

    public async ValueTask InitializeAsync() => space = await server.NewNamespaceAsync();

    public ValueTask DisposeAsync() => space.DisposeAsync();

    [Fact]
    public async Task A_list_comes_in_pages_that_are_one_list()
    {
        await MakeAsync(7);
        var first = (await server.SendAsync(HttpMethod.Get, $"{space.ConfigMaps}?limit=3&labelSelector=contract%3Dpaged")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(3, first["items"]!.AsArray().Count);
        var more = Uri.EscapeDataString(first.TextAt("metadata", "continue")!);
        var second = (await server.SendAsync(HttpMethod.Get, $"{space.ConfigMaps}?limit=3&labelSelector=contract%3Dpaged&continue={more}")).Expect(HttpStatusCode.OK).Json;
        Assert.Equal(3, second["items"]!.AsArray().Count);
        Assert.Empty(Names(first).Intersect(Names(second)));
    }

    [Fact]
    public async Task All_objects_of_a_long_list_are_read()
    {
        // One more than a page of the client.
        await MakeAsync(251);
        var items = await Us.ListAsync($"{space.ConfigMaps}?labelSelector=contract%3Dpaged", Cancelled);
        Assert.Equal(251, items!.Select(item => item.TextAt("metadata", "name")).Distinct().Count());
    }

    [Fact]
    public async Task A_selector_picks()
    {
        await MakeAsync(2);
        await Us.ApplyAsync(space.ConfigMapPath("other"), space.ConfigMap("other"), Cancelled);
        Assert.Equal(2, (await Us.ListAsync($"{space.ConfigMaps}?labelSelector=contract%3Dpaged", Cancelled))!.Count);
    }

    [Fact]
    public async Task A_kind_that_is_not_installed_is_no_list_and_no_object()
    {
        Assert.Null(await Us.ListAsync("/apis/monitoring.coreos.com/v9/prometheuses", Cancelled));
        Assert.Null(await Us.ListAsync("/apis/nobody.example.com/v1/things", Cancelled));
        Assert.Null(await Us.GetAsync("/apis/nobody.example.com/v1/things/one", Cancelled));
    }

    [Fact]
    public async Task What_is_not_there_is_null() => Assert.Null(await Us.GetAsync(space.ConfigMapPath("nobody"), Cancelled));

    [Fact]
    public async Task An_object_is_deleted_only_if_it_is_the_one_that_was_seen()
    {
        var made = await Us.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        Assert.False(await Us.DeleteAsync(space.ConfigMapPath("a"), Guid.NewGuid().ToString(), Cancelled));
        Assert.NotNull(await Us.GetAsync(space.ConfigMapPath("a"), Cancelled));
        Assert.True(await Us.DeleteAsync(space.ConfigMapPath("a"), made.Uid(), Cancelled));
        Assert.False(await Us.DeleteAsync(space.ConfigMapPath("a"), made.Uid(), Cancelled));
    }

    private static IEnumerable<string?> Names(JsonObject list) => list["items"]!.AsArray().Select(item => item.TextAt("metadata", "name"));

    private Task MakeAsync(int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled },
        async (i, _) =>
        {
            var item = space.ConfigMap($"item-{i:000}");
            item["metadata"]!["labels"] = new JsonObject { ["contract"] = "paged" };
            (await server.SendAsync(HttpMethod.Post, space.ConfigMaps, item)).Expect(HttpStatusCode.Created);
        });
}

using System.Net;
using System.Text.Json.Nodes;

namespace CentralAmp.Kubernetes.ContractTests;

/// <summary>The reads and deletions that planning, inspection and offboarding rely on.</summary>
public sealed class ReadingAndDeletingTests(ContractServer server) : IAsyncLifetime
{
    private ContractNamespace space = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IKubernetes Client => server.Administrator;

    public async ValueTask InitializeAsync() => space = await server.NewNamespaceAsync();

    public ValueTask DisposeAsync() => space.DisposeAsync();

    [Fact]
    public async Task Pages_of_a_list_do_not_overlap()
    {
        await CreateAsync(7);
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
        // One more than the page size of the client.
        await CreateAsync(251);
        var items = await Client.ListAsync($"{space.ConfigMaps}?labelSelector=contract%3Dpaged", Cancelled);
        Assert.Equal(251, items!.Select(item => item.TextAt("metadata", "name")).Distinct().Count());
    }

    [Fact]
    public async Task A_label_selector_filters_a_list()
    {
        await CreateAsync(2);
        await Client.ApplyAsync(space.ConfigMapPath("other"), space.ConfigMap("other"), Cancelled);
        Assert.Equal(2, (await Client.ListAsync($"{space.ConfigMaps}?labelSelector=contract%3Dpaged", Cancelled))!.Count);
    }

    [Fact]
    public async Task A_list_or_an_object_of_a_kind_that_is_not_installed_is_null()
    {
        Assert.Null(await Client.ListAsync("/apis/monitoring.coreos.com/v9/prometheuses", Cancelled));
        Assert.Null(await Client.ListAsync("/apis/missing.example.com/v1/things", Cancelled));
        Assert.Null(await Client.GetAsync("/apis/missing.example.com/v1/things/one", Cancelled));
    }

    [Fact]
    public async Task An_object_that_does_not_exist_is_null() => Assert.Null(await Client.GetAsync(space.ConfigMapPath("missing"), Cancelled));

    [Fact]
    public async Task An_object_is_deleted_only_if_its_uid_matches()
    {
        var created = await Client.ApplyAsync(space.ConfigMapPath("a"), space.ConfigMap("a"), Cancelled);
        Assert.False(await Client.DeleteAsync(space.ConfigMapPath("a"), Guid.NewGuid().ToString(), Cancelled));
        Assert.NotNull(await Client.GetAsync(space.ConfigMapPath("a"), Cancelled));
        Assert.True(await Client.DeleteAsync(space.ConfigMapPath("a"), created.Uid(), Cancelled));
        Assert.False(await Client.DeleteAsync(space.ConfigMapPath("a"), created.Uid(), Cancelled));
    }

    private static IEnumerable<string?> Names(JsonObject list) => list["items"]!.AsArray().Select(item => item.TextAt("metadata", "name"));

    private Task CreateAsync(int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled },
        async (i, _) =>
        {
            var item = space.ConfigMap($"item-{i:000}");
            item["metadata"]!["labels"] = new JsonObject { ["contract"] = "paged" };
            (await server.SendAsync(HttpMethod.Post, space.ConfigMaps, item)).Expect(HttpStatusCode.Created);
        });
}

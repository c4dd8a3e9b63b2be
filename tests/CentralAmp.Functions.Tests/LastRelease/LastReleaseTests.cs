using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Functions.Serialization;

namespace CentralAmp.Functions.Tests.LastRelease;

/// <summary>
/// Executions that run while a new release is deployed go on with its functions and with the data and the definition of the release before. The golden file
/// has the data of every state of that release; make it again from <c>SerializationTests</c> of a release when the next one begins.
/// </summary>
public sealed class LastReleaseTests
{
    private static readonly FunctionSerializer Serializer = new();

    private static readonly JsonObject Golden = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "LastRelease", "states.golden.json")))!.AsObject();

    private static readonly Dictionary<string, Type> Records = Handlers.All
        .SelectMany(method => new[] { Handlers.RequestOf(method), Handlers.ResultOf(method) })
        .DistinctBy(type => type.Name)
        .ToDictionary(type => type.Name);

    public static TheoryData<string> Names => [.. Golden.Select(record => record.Key)];

    [Fact]
    public void The_golden_file_has_the_data_of_every_state() => Assert.InRange(Golden.Count, 60, Records.Count);

    /// <summary>A state may add fields to what it got, and drops and changes none: a later state of the same execution needs them.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_running_execution_of_the_last_release_sends_is_read_and_kept(string name)
    {
        var sent = Golden[name]!;
        var read = typeof(FunctionSerializer).GetMethod(nameof(FunctionSerializer.Deserialize))!.MakeGenericMethod(Records[name])
            .Invoke(Serializer, [new MemoryStream(Encoding.UTF8.GetBytes(sent.ToJsonString()))])!;
        using var written = new MemoryStream();
        typeof(FunctionSerializer).GetMethod(nameof(FunctionSerializer.Serialize))!.MakeGenericMethod(Records[name]).Invoke(Serializer, [read, written]);
        var kept = JsonNode.Parse(written.ToArray());
        Assert.True(Contains(kept, sent), $"sent {sent.ToJsonString()}\nkept {kept?.ToJsonString()}");
    }

    private static bool Contains(JsonNode? all, JsonNode? part) => (all, part) switch
    {
        (JsonObject whole, JsonObject some) => some.All(field => field.Value is null || (whole.TryGetPropertyValue(field.Key, out var value) && Contains(value, field.Value))),
        (JsonArray whole, JsonArray some) => whole.Count == some.Count && whole.Zip(some).All(pair => Contains(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(all, part),
    };
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace CentralAmp.Templates.Tests.Grafana;

/// <summary>src/Grafana/datasources, as an operator calls it.</summary>
public sealed class DataSourcesTests
{
    private const string Production = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-0a1b";
    private const string Chinese = "arn:aws-cn:aps:cn-north-1:111111111111:workspace/ws-2c3d";
    private const string Role = "arn:aws:iam::111111111111:role/CentralAmpReader";

    [Fact]
    public async Task The_provisioning_file_has_every_workspace_signed_in_its_region_with_the_role_and_the_outcomes()
    {
        var (status, output, errors) = await RunAsync("--role", Role, "--external-id", "team-a", "--region", "us-east-1", $"production={Production}", Chinese);

        Assert.True(status == 0, errors);
        var stream = new YamlStream();
        using var reader = new StringReader(output);
        stream.Load(reader);
        Assert.Equal("1", Template.Text(stream.Documents[0].RootNode, "apiVersion"));
        var sources = ((YamlSequenceNode)Template.Child(stream.Documents[0].RootNode, "datasources")!).Children;
        Assert.Equal(["AMP production", "AMP ws-2c3d", "CentralAmp outcomes"], sources.Select(source => Template.Text(source, "name")));
        Assert.Equal("https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0a1b", Template.Text(sources[0], "url"));
        Assert.Equal("https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-2c3d", Template.Text(sources[1], "url"));
        var options = Template.Map(sources[0], "jsonData")!;
        Assert.Equal(("true", "eu-west-1", Role, "team-a"), (Template.Text(options, "sigV4Auth"), Template.Text(options, "sigV4Region"), Template.Text(options, "sigV4AssumeRoleArn"), Template.Text(options, "sigV4ExternalId")));
        var outcomes = Template.Map(sources[2], "jsonData")!;
        Assert.Equal(("us-east-1", Role, "team-a"), (Template.Text(outcomes, "defaultRegion"), Template.Text(outcomes, "assumeRoleArn"), Template.Text(outcomes, "externalId")));
    }

    [Fact]
    public async Task For_the_API_each_line_is_a_data_source_and_without_a_role_Grafana_reads_with_its_own()
    {
        var (status, output, errors) = await RunAsync("--api", "--type", "grafana-amazonprometheus-datasource", "--role", "", "--region", "us-east-1", Production);

        Assert.True(status == 0, errors);
        var sources = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["grafana-amazonprometheus-datasource", "cloudwatch"], sources.Select(source => (string?)source["type"]));
        Assert.All(sources, source => Assert.DoesNotContain(source["jsonData"]!.AsObject(), field => field.Key.Contains("ssumeRole", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--role", Role, Production)]
    [InlineData("--role", Role, "--region", "us-east-1")]
    [InlineData("--role", Role, "--region", "us-east-1", "ws-0a1b")]
    [InlineData("--role", Role, "--region", "us-east-1", "a\"b=" + Production)]
    [InlineData("--role", "a\"b", "--region", "us-east-1", Production)]
    [InlineData("--region")]
    [InlineData("--other", "x")]
    public async Task Bad_arguments_end_with_usage_and_print_nothing_else(params string[] arguments)
    {
        var (status, output, errors) = await RunAsync(arguments);

        Assert.Equal(2, status);
        Assert.DoesNotContain("{", output, StringComparison.Ordinal);
        Assert.Contains("src/Grafana/datasources", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [Repository.PathOf("src/Grafana/datasources"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}

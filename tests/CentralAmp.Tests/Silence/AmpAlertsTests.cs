using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.PrometheusService;
using Amazon.PrometheusService.Model;
using CentralAmp.Failures;
using CentralAmp.Silence;
using CentralAmp.Tests.Support;

namespace CentralAmp.Tests.Silence;

public sealed class AmpAlertsTests(MotoServer moto)
{
    private const string Region = "eu-west-1";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_are_created_read_back_and_changed_as_written()
    {
        using var amp = new AmazonPrometheusServiceClient(MotoServer.Credentials, await moto.ConfigureAsync(new AmazonPrometheusServiceConfig(), Region));
        var workspace = (await amp.CreateWorkspaceAsync(new CreateWorkspaceRequest { Alias = "rules" }, Cancelled)).Arn;
        var alerts = new AmpAlerts(_ => amp);
        Assert.Null(await alerts.FindRulesAsync(workspace, Cancelled));

        var rules = SilenceRules.Render("", TimeSpan.FromHours(13));
        await alerts.CreateRulesAsync(workspace, rules, Cancelled);
        var found = await alerts.FindRulesAsync(workspace, Cancelled);
        Assert.Equal((rules, false), (found!.Text, found.IsRefused));

        await alerts.PutRulesAsync(workspace, SilenceRules.Render("", TimeSpan.FromHours(25)), Cancelled);
        Assert.Equal(SilenceRules.Render("", TimeSpan.FromHours(25)), (await alerts.FindRulesAsync(workspace, Cancelled))!.Text);
    }

    [Fact]
    public async Task An_alert_manager_definition_is_read_and_created()
    {
        await using var server = await AnsweringServer.StartAsync();
        using var amp = new AmazonPrometheusServiceClient(
            MotoServer.Credentials, new AmazonPrometheusServiceConfig { ServiceURL = server.Address, AuthenticationRegion = Region, MaxErrorRetry = 0 });
        var alerts = new AmpAlerts(_ => amp);
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes("alertmanager_config: foreign"));
        server.Always = (HttpStatusCode.OK, "application/json",
            $$$$"""{"alertManagerDefinition":{"data":"{{{{data}}}}","createdAt":1,"modifiedAt":1,"status":{"statusCode":"UPDATE_FAILED","statusReason":"no such topic"}}}""");
        Assert.Equal(
            new AlertDefinition("alertmanager_config: foreign", "UPDATE_FAILED", "no such topic"), await alerts.FindAlertManagerAsync(Some.WorkspaceArn, Cancelled));

        server.Always = (HttpStatusCode.Accepted, "application/json", """{"status":{"statusCode":"CREATING"}}""");
        await alerts.CreateAlertManagerAsync(Some.WorkspaceArn, "alertmanager_config: managed", Cancelled);
        var (method, path, _, body) = server.Requests.Last();
        Assert.Equal(("POST", "/workspaces/ws-11112222-3333-4444-5555-666677778888/alertmanager/definition"), (method, path));
        Assert.Equal("alertmanager_config: managed", Encoding.UTF8.GetString(Convert.FromBase64String(JsonNode.Parse(body)!["data"]!.GetValue<string>())));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "ResourceNotFoundException", Causes.WorkspaceNotFound)]
    [InlineData(HttpStatusCode.Conflict, "ConflictException", Causes.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Forbidden, "AccessDeniedException", Causes.HubPermissionMissing)]
    public async Task Each_error_of_AMP_has_its_cause(HttpStatusCode status, string code, string cause)
    {
        await using var server = await AnsweringServer.StartAsync();
        using var amp = new AmazonPrometheusServiceClient(
            MotoServer.Credentials, new AmazonPrometheusServiceConfig { ServiceURL = server.Address, AuthenticationRegion = Region, MaxErrorRetry = 0 });
        server.Always = (status, "application/json", $$$"""{"__type":"{{{code}}}","message":"m"}""");
        var failure = await Assert.ThrowsAnyAsync<WorkflowException>(() => new AmpAlerts(_ => amp).CreateRulesAsync(Some.WorkspaceArn, "groups: []", Cancelled));
        Assert.Equal(cause, failure.Cause);
    }
}

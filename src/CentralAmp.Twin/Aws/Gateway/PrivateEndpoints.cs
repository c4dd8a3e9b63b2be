using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Aws.Amp;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Policies;
using CentralAmp.Twin.Aws.Sts;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>
/// Endpoints for moto's launcher, which acts for AWS's services: credentials of a role for a service, the decision
/// whether an event may go to a bus, and what a stack defines in a workspace. A secret that only moto's process and the twin have protects them.
/// </summary>
public sealed class PrivateEndpoints(
    string secret, SecurityTokenService sts, Authorizer authorizer, BusPolicies buses, RulesAndAlerts rules, ICallRecorder recorder, TimeProvider time)
{
    public const string Prefix = "/_twin/";

    public async Task HandleAsync(HttpContext context)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers["x-twin-secret"].ToString()), Encoding.UTF8.GetBytes(secret)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var answer = context.Request.Path.Value![Prefix.Length..] switch
        {
            "service-credentials" => Credentials(body.RootElement),
            "event-hop" => EventHop(body.RootElement),
            "workspace-definition" => await DefineAsync(body.RootElement),
            var other => throw new InvalidOperationException($"no private endpoint {other}"),
        };
        await RequestReader.WriteAsync(context, answer);
    }

    private GatewayResponse Credentials(JsonElement asked)
    {
        var service = asked.GetProperty("service").GetString()!;
        return Recorded(service, "sts", "AssumeRole", asked.GetProperty("roleArn").GetString()!, () =>
        {
            var key = sts.AssumeAsService(service, asked.GetProperty("roleArn").GetString()!, asked.GetProperty("sourceArn").GetString()!);
            DemandOfService(key.Caller, asked);
            return GatewayResponse.Json(new
            {
                accessKeyId = key.Id,
                secretAccessKey = key.Secret,
                sessionToken = key.Token,
                expires = key.Expires.ToUnixTimeSeconds(),
            });
        });
    }

    // Checks an action that the service does itself, without a call through the gateway.
    private void DemandOfService(Caller caller, JsonElement asked)
    {
        if (!asked.TryGetProperty("then", out var then))
            return;
        foreach (var action in then.EnumerateArray())
        {
            var (name, resource) = (action.GetProperty("action").GetString()!, action.GetProperty("resource").GetString()!);
            Recorded(caller.Arn, name.Split(':')[0], name.Split(':')[1], resource, () =>
            {
                authorizer.Demand(caller, new RequestedAction(name, resource, RequestContext.Empty));
                return GatewayResponse.Json(new { });
            }, rethrow: true);
        }
    }

    // A rule sends to a bus with the target's role. The bus policy of another account must allow that role, too.
    private GatewayResponse EventHop(JsonElement asked)
    {
        var (rule, bus) = (asked.GetProperty("ruleArn").GetString()!, asked.GetProperty("busArn").GetString()!);
        return Recorded(asked.GetProperty("roleArn").GetString() ?? rule, "events", "PutEvents", bus, () =>
        {
            var roleArn = asked.GetProperty("roleArn").GetString()
                ?? throw AwsException.AccessDenied($"The target {bus} of {rule} has no RoleArn");
            var caller = sts.AssumeAsService("events.amazonaws.com", roleArn, rule).Caller;
            var action = new RequestedAction("events:PutEvents", bus, RequestContext.Empty.With("aws:SourceArn", rule)
                .With("events:source", asked.GetProperty("source").GetString())
                .With("events:detail-type", asked.GetProperty("detailType").GetString()));
            authorizer.Demand(caller, action);
            buses.Demand(caller, action);
            return GatewayResponse.Json(new { });
        });
    }

    // CloudFormation does it as the operator who deploys, who may do everything.
    private async Task<GatewayResponse> DefineAsync(JsonElement asked)
    {
        try
        {
            var answer = await rules.HandleAsync(new ApiCall(
                "aps", asked.GetProperty("operation").GetString(), asked.GetProperty("account").GetString()!, asked.GetProperty("region").GetString()!,
                JsonObject.Create(asked.GetProperty("parameters"))!));
            return answer with { Status = 200, Body = answer.Body.IsEmpty ? "{}"u8.ToArray() : answer.Body };
        }
        catch (AwsException e)
        {
            return GatewayResponse.Json(new { message = e.Message }, e.Status);
        }
    }

    private GatewayResponse Recorded(string caller, string service, string operation, string resource, Func<GatewayResponse> answer, bool rethrow = false)
    {
        var (response, decision) = (GatewayResponse.Empty(500), "Deny");
        try
        {
            (response, decision) = (answer(), "Allow");
        }
        catch (AwsException e)
        {
            response = GatewayResponse.Json(new { message = e.Message }, e.Status);
            if (rethrow)
                throw;
        }
        finally
        {
            recorder.Record(new RecordedCall(time.GetUtcNow(), caller, service, operation, resource, decision, Write: false, BodySha256: Convert.ToHexStringLower(SHA256.HashData([])), response.Status)
            {
                Permissions = [$"{service}:{operation}"],
            });
        }

        return response;
    }
}

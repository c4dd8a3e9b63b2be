using System.Security.Cryptography;
using CentralAmp.Twin.Aws.Authorization;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;
using CentralAmp.Twin.Aws.Sts;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>The parts of the gateway.</summary>
/// <param name="Services">Services by their name in the signature. The gateway refuses calls to other services.</param>
/// <param name="Facts">Facts for authorization, by account.</param>
/// <param name="IsEnabled">Whether an account has enabled a region; opt-in regions are disabled by default.</param>
public sealed record GatewayParts(
    RequestAuthenticator Authenticator,
    Authorizer Authorizer,
    BusPolicies Buses,
    SecurityTokenService Sts,
    IReadOnlyDictionary<string, IAwsService> Services,
    Func<string, AuthorizationFacts> Facts,
    Func<string, string, bool> IsEnabled,
    ICallRecorder Recorder,
    TimeProvider Time);

/// <summary>
/// Entry point of the twin's AWS: authenticates, authorizes and records every call, then forwards it to its service.
/// It refuses calls that it does not support.
/// </summary>
public sealed class AwsGateway(GatewayParts parts)
{
    public async Task HandleAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context);
        var trace = new CallTrace(request);
        GatewayResponse response;
        try
        {
            response = await AnswerAsync(request, trace, context.RequestAborted);
        }
        catch (AwsException e)
        {
            trace.Denied |= e.Status is 401 or 403 || trace.Service == "sts";
            response = ErrorResponses.Render(trace.Service, request.Header("X-Amz-Target") is not null, e);
        }
        catch (Exception e) when (e is NotSupportedException or HttpRequestException or InvalidOperationException)
        {
            // A policy that the evaluator does not support, or a fault of the twin, is an error and never allows the call.
            trace.Denied = e is NotSupportedException;
            response = ErrorResponses.Render(trace.Service, request.Header("X-Amz-Target") is not null, new AwsException(500, "InternalFailure", $"The twin failed: {e.Message}"));
        }

        // The call is recorded before it is answered, so that a caller with an answer finds its call in the record.
        parts.Recorder.Record(trace.ToCall(parts.Time.GetUtcNow(), response.Status));
        await RequestReader.WriteAsync(context, response);
    }

    private async Task<GatewayResponse> AnswerAsync(SignedRequest request, CallTrace trace, CancellationToken cancellationToken)
    {
        if (IsWebIdentity(request))
            return AssumeRoleWithWebIdentity(request, trace);

        trace.Service = SignatureClaims.Read(request)?.Service ?? trace.Service;
        var authenticated = parts.Authenticator.Authenticate(request);
        trace.Caller = authenticated.Caller.Arn;
        // In a region that an account has not enabled, the services do not know its keys.
        if (authenticated.Service != "sts" && !parts.IsEnabled(authenticated.Caller.AccountId, authenticated.Region))
            throw AwsException.UnknownKey();

        var call = ApiCallReader.Read(request, authenticated.Service, authenticated.Caller.AccountId, authenticated.Region);
        trace.Operation = call.Operation ?? $"{request.Method} {request.RawPath}";
        RefuseWrongDataPlanePath(call, request);
        Authorize(authenticated.Caller, call, trace);

        if (!parts.Services.TryGetValue(call.Service, out var service))
            throw AwsException.NotImplemented($"The service '{call.Service}'");
        return await service.HandleAsync(new GatewayRequest(request, call, authenticated.Caller), cancellationToken);
    }

    private void Authorize(Caller caller, ApiCall call, CallTrace trace)
    {
        var actions = RequiredActions.Of(call, parts.Facts(call.AccountId));
        if (actions is null && !caller.IsOperator)
        {
            trace.Denied = true;
            throw AwsException.NotImplemented($"{call.Service}:{trace.Operation}");
        }

        trace.Resource = actions is [var first, ..] ? first.Resource : call.Text("RoleArn") ?? "*";
        // STS checks this permission together with the trust policy.
        if (call is { Service: "sts", Operation: "AssumeRole" })
            trace.Permissions.Add("sts:AssumeRole");
        foreach (var action in actions ?? [])
        {
            trace.Permissions.Add(action.Action);
            var asked = action with { Context = action.Context.With("aws:RequestedRegion", call.Region) };
            parts.Authorizer.Demand(caller, asked);
            parts.Buses.Demand(caller, asked);
        }
    }

    private static bool IsWebIdentity(SignedRequest request) =>
        request.Header("Authorization") is null
        && (request.Body.Span.IndexOf("Action=AssumeRoleWithWebIdentity"u8) >= 0 || request.QueryValue("Action") == "AssumeRoleWithWebIdentity");

    private GatewayResponse AssumeRoleWithWebIdentity(SignedRequest request, CallTrace trace)
    {
        (trace.Service, trace.Operation, trace.Caller) = ("sts", "AssumeRoleWithWebIdentity", "web identity");
        var call = ApiCallReader.Read(request, "sts", "", TwinAccounts.HomeRegion);
        trace.Resource = call.Text("RoleArn") ?? "*";
        return parts.Sts.AssumeRoleWithWebIdentity(call);
    }

    // "Missing Authentication Token" for a path that ends in a slash, 404 for another (reference/aws.md, data plane).
    private static void RefuseWrongDataPlanePath(ApiCall call, SignedRequest request)
    {
        if (call.Service != "aps" || call.Operation is not null || !request.RawPath.Contains("/api/v1/", StringComparison.Ordinal))
            return;

        throw request.RawPath.EndsWith('/')
            ? AwsException.NotSigned()
            : new AwsException(404, "ResourceNotFoundException", "page not found");
    }

    /// <summary>Collects the facts of a call for the record; a call that fails early is recorded, too.</summary>
    private sealed class CallTrace(SignedRequest request)
    {
        public string Service { get; set; } = "unknown";

        public string Operation { get; set; } = "Unknown";

        public string Caller { get; set; } = "unauthenticated";

        public string Resource { get; set; } = "*";

        public bool Denied { get; set; }

        public List<string> Permissions { get; } = [];

        public RecordedCall ToCall(DateTimeOffset time, int status) => new(
            time, Caller, Service, Operation, Resource, Denied ? "Deny" : "Allow",
            Writes.IsWrite(Service, Operation, request),
            Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)), status)
        {
            Permissions = Permissions,
        };
    }
}

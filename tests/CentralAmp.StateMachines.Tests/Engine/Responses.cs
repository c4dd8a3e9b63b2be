using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>Answers in the forms of Lambda, EventBridge and Step Functions.</summary>
internal static class Responses
{
    /// <param name="request">Null if it could not be read; the caller has recorded that already.</param>
    /// <param name="answer">Null if the script has none; the response then ends the execution and the test quickly.</param>
    public static Task OfFunctionAsync(HttpContext context, object? request, Answer? answer, TimeSpan silence) => (request, answer) switch
    {
        (null, _) or (_, null) => ErrorAsync(context, "UnplannedCall", "See the test."),
        (_, Answer.Computed computed) => ComputedAsync(context, request, computed),
        (_, Answer.Error error) => ErrorAsync(context, error.Type, error.Message),
        (_, Answer.Refusal refusal) => RefuseAsync(context, refusal.Status, refusal.Code),
        (_, Answer.Silent) => Task.Delay(silence, context.RequestAborted),
        _ => throw new InvalidOperationException($"A function does not answer {answer}."),
    };

    public static Task OfEventBridgeAsync(HttpContext context, Answer? answer) => answer switch
    {
        Answer.Refusal refusal => RefuseAsync(context, refusal.Status, refusal.Code),
        Answer.Failed => JsonAsync(context, new { FailedEntryCount = 1, Entries = new[] { new { ErrorCode = "InternalFailure", ErrorMessage = "As planned." } } }),
        Answer.Computed => JsonAsync(context, new { FailedEntryCount = 0, Entries = new[] { new { EventId = Guid.NewGuid() } } }),
        null => RefuseAsync(context, 400, "UnplannedCall"),
        _ => throw new InvalidOperationException($"EventBridge does not answer {answer}."),
    };

    public static Task OfStepFunctionsAsync(HttpContext context, Answer? answer) => answer switch
    {
        Answer.Refusal refusal => RefuseAsync(context, refusal.Status, refusal.Code),
        Answer.Computed => JsonAsync(context, new { executionArn = "arn:aws:states:us-east-1:111111111111:execution:offboard-cluster:e1", startDate = 1767323045 }),
        null => RefuseAsync(context, 400, "UnplannedCall"),
        _ => throw new InvalidOperationException($"Step Functions does not answer {answer}."),
    };

    /// <summary>The credentials that moto requests from the twin to act as a service.</summary>
    public static Task CredentialsAsync(HttpContext context) => JsonAsync(
        context, new { accessKeyId = "ASIATESTTESTTESTTEST", secretAccessKey = "secret", sessionToken = "token", expires = 4102444800 });

    public static Task JsonAsync(HttpContext context, object value) => SendAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(value));

    public static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.Headers["x-amzn-ErrorType"] = code;
        return SendAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(new { __type = code, message = "As planned." }));
    }

    private static Task ComputedAsync(HttpContext context, object request, Answer.Computed computed)
    {
        byte[] result;
        try
        {
            result = FunctionJson.Write(computed.Compute(request));
        }
        catch (Exception e)
        {
            return ErrorAsync(context, e.GetType().Name, e.Message);
        }

        return SendAsync(context, 200, result);
    }

    private static Task ErrorAsync(HttpContext context, string? type, string message)
    {
        context.Response.Headers["X-Amz-Function-Error"] = "Unhandled";
        return SendAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(type is null
            ? new Dictionary<string, object> { ["errorMessage"] = message }
            : new Dictionary<string, object> { ["errorType"] = type, ["errorMessage"] = message, ["stackTrace"] = Array.Empty<string>() }));
    }

    private static async Task SendAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        // The engine raises KeyError without it (local-emulation.md, 3).
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

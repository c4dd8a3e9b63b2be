using CentralAmp.Twin.Aws.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>Reads a request with its target undecoded, because the signature covers the encoded form.</summary>
internal static class RequestReader
{
    public static async Task<SignedRequest> ReadAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var cut = target.IndexOf('?', StringComparison.Ordinal);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return new SignedRequest(
            context.Request.Method,
            cut < 0 ? target : target[..cut],
            cut < 0 ? "" : target[(cut + 1)..],
            context.Request.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value.ToArray()), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
    }

    public static async Task WriteAsync(HttpContext context, GatewayResponse response)
    {
        context.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers)
            context.Response.Headers[name] = value;
        if (response.ContentType.Length > 0)
            context.Response.ContentType = response.ContentType;
        if (response.Status is 204 or 304)
            return;

        context.Response.ContentLength = response.Body.Length;
        if (context.Request.Method != HttpMethods.Head)
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }
}

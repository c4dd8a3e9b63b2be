using System.Net.Http.Headers;
using System.Text;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Signing;

namespace CentralAmp.Twin.Tests.Aws;

/// <summary>Signed requests for what the clients do not offer.</summary>
internal static class RawCalls
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    public static async Task<string> QueryAsync(AwsTwinFixture fixture, AccessKey key, string service, string version, Dictionary<string, string> parameters)
    {
        parameters["Version"] = version;
        using var form = new FormUrlEncodedContent(parameters);
        using var response = await SendAsync(fixture, key, service, HttpMethod.Post, "/", await form.ReadAsByteArrayAsync(), "application/x-www-form-urlencoded");
        return await response.Content.ReadAsStringAsync();
    }

    public static Task<HttpResponseMessage> JsonAsync(AwsTwinFixture fixture, AccessKey key, string service, string target, string body) =>
        SendAsync(fixture, key, service, HttpMethod.Post, "/", Encoding.UTF8.GetBytes(body), "application/x-amz-json-1.1", ("X-Amz-Target", target));

    public static Task<HttpResponseMessage> JsonAsync(Uri endpoint, AccessKey key, string service, string target, string body) =>
        SendAsync(endpoint, key, service, HttpMethod.Post, "/", Encoding.UTF8.GetBytes(body), "application/x-amz-json-1.1", ("X-Amz-Target", target));

    public static Task<HttpResponseMessage> SendAsync(
        AwsTwinFixture fixture, AccessKey key, string service, HttpMethod method, string path, byte[] body, string? contentType, params (string Name, string Value)[] headers) =>
        SendAsync(fixture.Twin.Endpoint, key, service, method, path, body, contentType, headers);

    private static async Task<HttpResponseMessage> SendAsync(
        Uri endpoint, AccessKey key, string service, HttpMethod method, string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(endpoint, path)) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        if (key.Token is not null)
            request.Headers.Add("X-Amz-Security-Token", key.Token);
        RequestSigner.Sign(request, body, key, "us-east-1", service, TimeProvider.System.GetUtcNow());
        return await Http.SendAsync(request);
    }
}

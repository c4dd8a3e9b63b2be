using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CentralAmp.Twin.Clusters;
using CentralAmp.Twin.Clusters.Objects;

namespace CentralAmp.Twin.Scenarios.Attackers;

/// <summary>Whoever has a bearer token of a cluster, at its Kubernetes API.</summary>
internal sealed class ClusterUser : IDisposable
{
    private readonly HttpClient http;

    public ClusterUser(TwinCluster cluster, string token)
    {
        var authority = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(cluster.CertificateAuthorityData));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } })
        {
            BaseAddress = new Uri(cluster.Endpoint),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The path of an object, or without <paramref name="name"/> that of the objects of a kind in a namespace.</summary>
    public static string PathOf(string kind, string ns, string name = "")
    {
        var of = ResourceKind.All.Single(item => item.Kind == kind);
        return $"/{(of.Group.Length == 0 ? "api" : "apis")}/{of.ApiVersion}{(ns.Length == 0 ? "" : $"/namespaces/{ns}")}/{of.Plural}{(name.Length == 0 ? "" : $"/{name}")}";
    }

    /// <returns>The status, and the answer if it is JSON.</returns>
    public async Task<(int Status, JsonNode? Answer)> SendAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    /// <summary>Server-side apply under any name of a field manager: the API server checks none.</summary>
    public async Task<int> ApplyAsync(JsonObject item, string manager, CancellationToken cancellationToken)
    {
        var path = PathOf(item.TextAt("kind")!, item.Namespace(), item.Name());
        return (await SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}", item, cancellationToken, "application/apply-patch+yaml")).Status;
    }

    /// <summary>A token of a service account, as <c>kubectl create token</c> gives it.</summary>
    /// <param name="audience">Null: the API server's own.</param>
    /// <returns>Null if the API server refused.</returns>
    public async Task<string?> TokenAsync(string ns, string serviceAccount, string? audience, CancellationToken cancellationToken)
    {
        var (_, answer) = await SendAsync(HttpMethod.Post, $"{PathOf("ServiceAccount", ns, serviceAccount)}/token", TokenRequest(audience), cancellationToken);
        return (string?)answer?["status"]?["token"];
    }

    /// <summary>The body of a request for a token.</summary>
    public static JsonObject TokenRequest(string? audience) => new()
    {
        ["apiVersion"] = "authentication.k8s.io/v1",
        ["kind"] = "TokenRequest",
        ["spec"] = new JsonObject { ["audiences"] = new JsonArray([.. audience is null ? [] : new[] { JsonValue.Create(audience) }]), ["expirationSeconds"] = 3600 },
    };

    public void Dispose() => http.Dispose();
}

using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CentralAmp.Failures;

namespace CentralAmp.Proof;

/// <summary>Issuer and subject of a service account token. They are read, not verified: STS verifies them.</summary>
public sealed record CollectorToken(string Issuer, string Subject)
{
    /// <summary>Null if it is not a JSON Web Token.</summary>
    public static CollectorToken? Read(string token)
    {
        if (token.Split('.') is not [_, var payload, _])
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(payload)) is JsonObject claims
                ? new CollectorToken(Text(claims["iss"]), Text(claims["sub"]))
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Why the ingest role cannot trust this token; null if it can.</summary>
    public static Failure? Check(CollectorToken? token, string issuer, string subject) => token switch
    {
        null => Failure.Blocked(
            Causes.TokenIssuerMismatch, "The cluster's TokenRequest answered with something that is not a JSON Web Token.", Remedy),
        _ when token.Issuer != issuer => Failure.Blocked(
            Causes.TokenIssuerMismatch, $"The cluster's tokens are issued by '{token.Issuer}', while EKS names the issuer '{issuer}'.", Remedy),
        _ when token.Subject != subject => Failure.Blocked(
            Causes.TokenIssuerMismatch, $"The cluster issued a token for '{token.Subject}' where one for '{subject}' was requested.", Remedy),
        _ => null,
    };

    private const string Remedy =
        "Check which API server answers at the cluster's endpoint, and its --service-account-issuer; AWS would never trust such a token.";

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

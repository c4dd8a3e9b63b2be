using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace CentralAmp.AwsPackages.Runtime;

internal sealed class JsonUnmarshaller(
    Func<JsonElement?, AmazonWebServiceResponse> read,
    Func<ServiceError<JsonElement?>, AmazonServiceException> readError) : JsonResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var body = new MemoryStream();
        input.Stream.CopyTo(body);
        if (body.Length == 0)
        {
            return read(null);
        }

        body.Position = 0;
        using var document = JsonDocument.Parse(body);
        return read(document.RootElement);
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        var response = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        response.InnerException = innerException;
        response.StatusCode = statusCode;
        return readError(new(response, ParseOrNull(input.GetResponseBodyBytes()), input.ResponseData, innerException, statusCode));
    }

    /// <summary>The body of an error may be empty or come from a proxy; then only the status is used.</summary>
    private static JsonElement? ParseOrNull(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>An error response: what Core understood of it, its body, and its headers.</summary>
internal sealed class ServiceError<TBody>(ErrorResponse response, TBody body, IWebResponseData headers, Exception inner, HttpStatusCode status)
{
    public string Message => response.Message;

    public string Code => response.Code;

    public string RequestId => response.RequestId;

    public ErrorType Type => response.Type;

    public TBody Body => body;

    public Exception Inner => inner;

    public HttpStatusCode Status => status;

    public string? Header(string name) => headers.IsHeaderPresent(name) ? headers.GetHeaderValue(name) : null;
}

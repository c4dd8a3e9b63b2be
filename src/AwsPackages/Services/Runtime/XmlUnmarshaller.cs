using System.Net;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace CentralAmp.AwsPackages.Runtime;

internal sealed class XmlUnmarshaller(
    Func<XElement?, AmazonWebServiceResponse> read,
    Func<ServiceError<XElement?>, AmazonServiceException> readError) : XmlResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input)
    {
        var root = XDocument.Load(input.Stream).Root;
        var response = read(root);
        response.ResponseMetadata = new ResponseMetadata { RequestId = XmlRead.Text(XmlRead.Member(XmlRead.Member(root, "ResponseMetadata"), "RequestId")) };
        return response;
    }

    /// <summary>The query protocol's errors carry a code and a message only, so the body is not read again.</summary>
    public override AmazonServiceException UnmarshallException(XmlUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var response = XmlErrorResponseUnmarshaller.GetInstance().Unmarshall(input);
        response.InnerException = innerException;
        response.StatusCode = statusCode;
        return readError(new(response, null, input.ResponseData, innerException, statusCode));
    }
}

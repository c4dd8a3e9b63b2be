using System.Collections;
using System.Globalization;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>Functions that the generated marshallers of all protocols share.</summary>
internal static class WireValue
{
    /// <summary>SDK v4: an empty collection is sent, unless collections start out empty as in v3.</summary>
    public static bool IsSet(ICollection? collection) => collection is not null && (collection.Count > 0 || !AWSConfigs.InitializeCollections);

    /// <summary>The text of a path segment; null stops the request, because it would address another resource.</summary>
    public static string? Required(string? value) => string.IsNullOrEmpty(value) ? null : value;

    public static string Text(string value) => value;

    public static string Text(ConstantClass value) => value.Value;

    public static string Text(bool value) => value ? "true" : "false";

    public static string Text(bool? value) => Text(value.GetValueOrDefault());

    public static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Text(int? value) => Text(value.GetValueOrDefault());

    public static string Text(DateTime value) => value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

internal sealed class RequestMarshaller(Func<AmazonWebServiceRequest, IRequest> marshall) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input) => marshall(input);
}

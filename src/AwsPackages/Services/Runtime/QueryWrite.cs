using System.Globalization;
using Amazon.Runtime.Internal;

namespace CentralAmp.AwsPackages.Runtime;

internal static class QueryWrite
{
    /// <summary>The query protocol's lists: <c>Tags.member.1</c>, <c>Tags.member.2</c>, …; an empty list is an empty parameter.</summary>
    public static void List<T>(IRequest request, string key, List<T> items, Action<IRequest, string, T> write)
    {
        if (items.Count == 0)
        {
            request.Parameters.Add(key, "");
        }

        for (var index = 0; index < items.Count; index++)
        {
            write(request, string.Create(CultureInfo.InvariantCulture, $"{key}.member.{index + 1}"), items[index]);
        }
    }
}

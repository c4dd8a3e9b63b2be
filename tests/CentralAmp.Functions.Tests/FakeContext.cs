using System.Reflection;
using Amazon.Lambda.Core;

namespace CentralAmp.Functions.Tests;

/// <summary>A proxy of ILambdaContext, because the official interface has more members than the one built from source.</summary>
public class FakeContext : DispatchProxy
{
    private TimeSpan remaining;

    public static ILambdaContext With(TimeSpan remaining)
    {
        var context = Create<ILambdaContext, FakeContext>();
        ((FakeContext)(object)context).remaining = remaining;
        return context;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        "get_AwsRequestId" => "request-1",
        "get_RemainingTime" => remaining,
        _ => throw new NotSupportedException($"{targetMethod?.Name} is not supported."),
    };
}

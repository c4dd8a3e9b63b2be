using System.Reflection;
using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;

namespace CentralAmp.Functions.Tests;

/// <summary>The functions that the assembly declares.</summary>
internal static class Handlers
{
    public static IReadOnlyList<MethodInfo> All { get; } =
    [
        .. typeof(Startup).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<LambdaFunctionAttribute>() is not null),
    ];

    public static IEnumerable<Type> ServicesOf(MethodInfo method) =>
        method.GetParameters().Where(p => p.GetCustomAttribute<FromServicesAttribute>() is not null).Select(p => p.ParameterType);

    public static Type RequestOf(MethodInfo method) =>
        method.GetParameters().Single(p => p.GetCustomAttribute<FromServicesAttribute>() is null && p.ParameterType != typeof(ILambdaContext)).ParameterType;

    public static Type ResultOf(MethodInfo method) => method.ReturnType.GetGenericArguments().Single();
}

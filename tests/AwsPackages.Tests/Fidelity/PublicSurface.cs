using System.Reflection;

namespace AwsPackages.Tests.Fidelity;

/// <summary>The types and members that other code can depend on, one line each.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(IEnumerable<Type> types) => types.SelectMany(Of).Distinct();

    private static IEnumerable<string> Of(Type type)
    {
        yield return $"T {type.FullName}{(type.IsInterface ? " interface" : type.IsAbstract ? " abstract" : "")}";
        if (type.BaseType is { FullName: not "System.Object" } parent)
        {
            yield return $"B {type.FullName} : {parent.FullName}";
        }

        foreach (var contract in type.GetInterfaces().Where(contract => contract.IsPublic))
        {
            yield return $"I {type.FullName} : {contract.FullName ?? contract.Name}";
        }

        foreach (var line in type.GetMembers(Declared).Select(Describe).OfType<string>())
        {
            yield return line;
        }
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true } field => $"F {Static(field.IsStatic)}{Name(field)} : {Name(field.FieldType)}",
        ConstructorInfo constructor when Visible(constructor) => $"C {constructor.DeclaringType!.FullName}({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when Visible(method) => $"M {Static(method.IsStatic)}{Name(method)}({Parameters(method)}) : {Name(method.ReturnType)}",
        MethodInfo { Name: "op_Implicit" } method => $"M static {Name(method)}({Parameters(method)}) : {Name(method.ReturnType)}",
        PropertyInfo property when Accessor(property) is { } accessor => $"P {Static(accessor.IsStatic)}{Name(property)} : {Name(property.PropertyType)} {Accessors(property)}",
        _ => null,
    };

    private static MethodInfo? Accessor(PropertyInfo property) => new[] { property.GetMethod, property.SetMethod }.FirstOrDefault(accessor => accessor is not null && Visible(accessor));

    private static string Accessors(PropertyInfo property) =>
        string.Concat(property.GetMethod is { } get && Visible(get) ? "get;" : "", property.SetMethod is { } set && Visible(set) ? "set;" : "");

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Name(MemberInfo member) => $"{member.DeclaringType!.FullName}.{member.Name}";

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = default" : "")}"));
}

using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace CentralAmp.Tests.Architecture;

/// <summary>A type that needs a type of another namespace.</summary>
internal sealed record Dependency(string From, string FromNamespace, string To, string ToNamespace)
{
    public override string ToString() => $"{From} needs {To}";
}

/// <summary>Reads from a compiled assembly which types need which.</summary>
/// <remarks>A constant is copied into the code that uses it, so the assembly does not show where it came from.</remarks>
internal static class Dependencies
{
    /// <returns>Every dependency between two namespaces of the module once, nested types counted as their outermost type.</returns>
    public static IReadOnlyList<Dependency> Of(ModuleDefinition module) =>
    [
        .. module.GetTypes()
            .SelectMany(type => Needs(type).Select(needed => (From: Outermost(type), To: needed)))
            .Where(pair => pair.From.Namespace != pair.To.Namespace && IsWritten(pair.From) && IsWritten(pair.To))
            .Select(pair => new Dependency(pair.From.FullName, pair.From.Namespace, pair.To.FullName, pair.To.Namespace))
            .Distinct()
            .OrderBy(dependency => dependency.ToString(), StringComparer.Ordinal),
    ];

    private static IEnumerable<TypeDefinition> Needs(TypeDefinition type) => References(type)
        .SelectMany(Parts)
        .Where(reference => reference.Scope == type.Module)
        .Select(reference => reference.Resolve())
        .OfType<TypeDefinition>()
        .Select(Outermost)
        .Distinct();

    private static IEnumerable<TypeReference?> References(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. Attributes(type),
        .. type.Fields.SelectMany(field => Attributes(field).Prepend(field.FieldType)),
        .. type.Properties.SelectMany(property => Attributes(property).Prepend(property.PropertyType)),
        .. type.Methods.SelectMany(OfMethod),
    ];

    private static IEnumerable<TypeReference?> OfMethod(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.SelectMany(parameter => Attributes(parameter).Prepend(parameter.ParameterType)),
        .. method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. Attributes(method),
        .. method.HasBody ? OfBody(method) : [],
    ];

    private static IEnumerable<TypeReference?> OfBody(MethodDefinition method) =>
    [
        .. method.Body.Variables.Select(variable => variable.VariableType),
        .. method.Body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. method.Body.Instructions.SelectMany(instruction => OfOperand(instruction.Operand)),
    ];

    private static IEnumerable<TypeReference?> OfOperand(object? operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method =>
        [
            method.DeclaringType,
            method.ReturnType,
            .. method.Parameters.Select(parameter => parameter.ParameterType),
            .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
        ],
        _ => [],
    };

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider) => provider.CustomAttributes.SelectMany(attribute => (TypeReference?[])
    [
        attribute.AttributeType,
        .. attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference),
    ]);

    /// <summary>The type and its arguments: <c>List&lt;Cluster[]&gt;</c> needs <c>Cluster</c>.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [.. Parts(generic.ElementType), .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    /// <summary>Not what the compiler or a source generator of the platform adds (regular expressions, collection expressions).</summary>
    private static bool IsWritten(TypeDefinition type) =>
        type.Namespace.Length > 0 && !type.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "GeneratedCodeAttribute" or "CompilerGeneratedAttribute");

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}

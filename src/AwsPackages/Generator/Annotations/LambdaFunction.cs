namespace CentralAmp.AwsPackages.Generator.Annotations;

/// <summary>A method with [LambdaFunction], in strings only, so that the incremental compiler can compare it.</summary>
/// <param name="Arguments">The call's arguments, in the order of the method's parameters.</param>
/// <param name="OutputType">Null for a method that returns nothing.</param>
/// <param name="Error">Why the method cannot be a Lambda function; null when it can.</param>
internal sealed record LambdaFunction(
    string Namespace,
    string ContainingType,
    string ContainingTypeName,
    string Name,
    string InputType,
    string? OutputType,
    bool IsAsync,
    string Arguments,
    bool UsesServices,
    string? Error)
{
    public string GeneratedType => $"{ContainingTypeName}_{Name}_Generated";

    public string QualifiedGeneratedType => Namespace.Length == 0 ? "global::" + GeneratedType : $"global::{Namespace}.{GeneratedType}";
}

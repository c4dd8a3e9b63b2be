namespace Amazon.Lambda.Annotations;

/// <summary>Marks a Lambda function: the generator wraps the method with dependency injection and serves it by the method's name.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LambdaFunctionAttribute : Attribute;

namespace Amazon.Lambda.Annotations;

/// <summary>Marks a parameter of a Lambda function that comes from the service container, in the scope of the invocation.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FromServicesAttribute : Attribute;

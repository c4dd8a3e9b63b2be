namespace Amazon.Lambda.Annotations;

/// <summary>Properties of all Lambda functions of the assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LambdaGlobalPropertiesAttribute : Attribute
{
    /// <summary>The managed runtime; part of the official attribute, without effect here, because this generator writes no template.</summary>
    public string? Runtime { get; set; }

    /// <summary>Generates <c>Main</c>, which runs the function that the environment variable ANNOTATIONS_HANDLER names.</summary>
    public bool GenerateMain { get; set; }
}

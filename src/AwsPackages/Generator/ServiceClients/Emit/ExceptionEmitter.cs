using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

internal static class ExceptionEmitter
{
    private static readonly (string Parameters, string Arguments)[] Constructors =
    [
        ("", ""),
        ("string message", "message"),
        ("string message, Exception innerException", "message, innerException"),
        ("Exception innerException", "innerException"),
        ("string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode", "message, errorType, errorCode, requestId, statusCode"),
        ("string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode", "message, innerException, errorType, errorCode, requestId, statusCode"),
    ];

    public static void EmitClass(CodeWriter code, string name, string baseName, Shape? error = null)
    {
        code.Open($"public partial class {name} : {baseName}");
        foreach (var (parameters, arguments) in Constructors)
        {
            code.Line($"public {name}({parameters}) : base({arguments}) {{ }}");
        }

        foreach (var member in error is null ? [] : Details(error))
        {
            code.Line($"public {member.Shape.PropertyType} {member.Property} {{ get; set; }}");
        }

        if (error?.Error is { Retryable: true } traits)
        {
            code.Line($"private static readonly RetryableDetails retryable = new RetryableDetails({(traits.Throttling ? "true" : "false")});")
                .Line("public override RetryableDetails Retryable => retryable;");
        }

        code.Close();
    }

    /// <summary>The members of an error except its message, which the base class has.</summary>
    public static System.Collections.Generic.IEnumerable<Member> Details(Shape error)
    {
        foreach (var member in error.Members)
        {
            if (member.Property != "Message")
            {
                yield return member;
            }
        }
    }
}

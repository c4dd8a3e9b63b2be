using System.Globalization;
using System.Runtime.InteropServices;
using CentralAmp.Twin.Aws.Identity;

namespace CentralAmp.Twin.Aws.Lambda;

/// <summary>Environment variables of a function's process: those of Lambda, those of the template, and the access to the twin.</summary>
internal static class LambdaEnvironment
{
    public static Dictionary<string, string> Of(LambdaFunction function, AccessKey key, string runtimeApi, LambdaHostOptions options)
    {
        var region = Arn.TryParse(function.Arn)!.Region;
        var environment = new Dictionary<string, string>
        {
            // Lambda ("Using Lambda environment variables", Lambda developer guide).
            ["_HANDLER"] = function.Handler,
            ["AWS_LAMBDA_RUNTIME_API"] = runtimeApi,
            ["AWS_LAMBDA_FUNCTION_NAME"] = function.Name,
            ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = function.MemoryMegabytes.ToString(CultureInfo.InvariantCulture),
            ["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/aws/lambda/{function.Name}",
            ["AWS_LAMBDA_LOG_STREAM_NAME"] = "twin",
            ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
            ["LAMBDA_TASK_ROOT"] = Path.GetDirectoryName(options.Program)!,
            ["AWS_REGION"] = region,
            ["AWS_DEFAULT_REGION"] = region,
            ["AWS_ACCESS_KEY_ID"] = key.Id,
            ["AWS_SECRET_ACCESS_KEY"] = key.Secret,
            ["AWS_SESSION_TOKEN"] = key.Token!,
            ["TZ"] = ":UTC",
            ["LANG"] = "en_US.UTF-8",
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = options.Folder,
            ["TMPDIR"] = options.Folder,
            // The function uses AWS's real host names through the proxy. With AWS_ENDPOINT_URL the SDK would sign every call for the
            // function's own region, and the twin could not distinguish clusters and workspaces of other regions.
            ["HTTPS_PROXY"] = options.DataPlane.ConnectProxy.ToString().TrimEnd('/'),
            ["NO_PROXY"] = "127.0.0.1,localhost",
            ["SSL_CERT_FILE"] = options.DataPlane.CertificateAuthorityFile,
            ["SSL_CERT_DIR"] = options.Folder,
            // The runtime that runs this process runs the functions, too: three levels above shared/Microsoft.NETCore.App/<version>/.
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
            // Saves memory and threads, because a dozen of these processes run on one machine: no debugger pipes, no background garbage collection.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            // The published code is compiled already. A process of the twin serves too few invocations to gain from compiling it again.
            ["DOTNET_TC_CallCounting"] = "0",
        };
        foreach (var (name, value) in function.Variables)
            environment[name] = value;
        return environment;
    }
}

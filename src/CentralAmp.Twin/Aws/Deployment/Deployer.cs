using System.Text.Json;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Moto;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Aws.Deployment;

/// <summary>Deploys templates through the gateway as the operator of an account.</summary>
internal sealed class Deployer(Python python, Uri gateway, string folder)
{
    /// <param name="parameters">A parameter whose name ends in a question mark is passed only if the template has it.</param>
    /// <returns>The outputs of the stack.</returns>
    /// <exception cref="InvalidOperationException">The deployment of the stack failed. The message has the end of its log.</exception>
    public async Task<IReadOnlyDictionary<string, string>> DeployAsync(
        string stack, string template, AccessKey operatorKey, string region, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var name = $"{stack}-{operatorKey.Caller.AccountId}-{region}";
        var result = Path.Combine(folder, $"{name}.outputs.json");
        string[] arguments = [EmbeddedFiles.Unpack("deploy.py", folder), stack, template, result, .. parameters.Select(parameter => $"{parameter.Key}={parameter.Value}")];
        await using var child = ChildProcess.Start(new ChildProcessStart(python.Executable, arguments, Path.Combine(folder, $"deploy-{name}.log"))
        {
            Without = PythonEnvironment.Without,
            Environment = PythonEnvironment.With(
                ("AWS_ENDPOINT_URL", gateway.ToString().TrimEnd('/')),
                ("AWS_DEFAULT_REGION", region),
                ("AWS_REGION", region),
                ("AWS_ACCESS_KEY_ID", operatorKey.Id),
                ("AWS_SECRET_ACCESS_KEY", operatorKey.Secret)),
        });
        if (await child.Exited.WaitAsync(cancellationToken) != 0)
            throw new InvalidOperationException($"The stack {stack} could not be deployed:\n{child.Tail(12)}");

        return JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(result, cancellationToken))!;
    }
}

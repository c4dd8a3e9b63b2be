using System.Text.Json;
using CentralAmp.Twin.Aws.Identity;
using CentralAmp.Twin.Aws.Moto;
using CentralAmp.Twin.Processes;

namespace CentralAmp.Twin.Aws.Deployment;

/// <summary>Deploys templates through the gateway as the operator of an account.</summary>
internal sealed class Deployer(Python python, Uri gateway, string folder)
{
    /// <returns>The outputs of the stack.</returns>
    /// <exception cref="InvalidOperationException">The stack could not be made; the message has what the deployment said.</exception>
    public async Task<IReadOnlyDictionary<string, string>> DeployAsync(
        string stack, string template, AccessKey operatorKey, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        var result = Path.Combine(folder, $"{stack}.outputs.json");
        string[] arguments = [EmbeddedFiles.Unpack("deploy.py", folder), stack, template, result, .. parameters.Select(parameter => $"{parameter.Key}={parameter.Value}")];
        await using var child = ChildProcess.Start(new ChildProcessStart(python.Executable, arguments, Path.Combine(folder, $"deploy-{stack}.log"))
        {
            Without = PythonEnvironment.Without,
            Environment = PythonEnvironment.With(
                ("AWS_ENDPOINT_URL", gateway.ToString().TrimEnd('/')),
                ("AWS_ACCESS_KEY_ID", operatorKey.Id),
                ("AWS_SECRET_ACCESS_KEY", operatorKey.Secret)),
        });
        if (await child.Exited.WaitAsync(cancellationToken) != 0)
            throw new InvalidOperationException($"The stack {stack} could not be deployed:\n{child.Tail(12)}");

        return JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(result, cancellationToken))!;
    }
}

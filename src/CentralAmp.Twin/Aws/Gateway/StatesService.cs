using System.Text;

namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>moto's Step Functions with the input limit that moto does not check.</summary>
public sealed class StatesService(IAwsService moto) : IAwsService
{
    private const int InputLimit = 262_144;

    public Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken) =>
        request.Call.Text("input") is { } input && Encoding.UTF8.GetByteCount(input) > InputLimit
            ? throw new AwsException(400, "ValidationException", $"1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to {InputLimit}")
            : moto.HandleAsync(request, cancellationToken);
}

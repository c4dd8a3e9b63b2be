namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>
/// Lets one call through at a time. moto checks the condition of an update and writes in two steps that other threads can
/// come between (seen: two of ten parallel leases given); DynamoDB's conditional writes are atomic.
/// </summary>
public sealed class OneAtATime(IAwsService service) : IAwsService, IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await service.HandleAsync(request, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}

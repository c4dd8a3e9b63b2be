namespace CentralAmp.Twin.Aws.Gateway;

/// <summary>
/// Serializes calls. DynamoDB's conditional writes are atomic, but moto checks the condition and writes in two steps, so that
/// parallel calls can both succeed (observed: two of ten parallel leases were granted).
/// </summary>
public sealed class OneAtATime(IAwsService service) : IAwsService, IDisposable
{
    private readonly SemaphoreSlim access = new(1, 1);

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        await access.WaitAsync(cancellationToken);
        try
        {
            return await service.HandleAsync(request, cancellationToken);
        }
        finally
        {
            access.Release();
        }
    }

    public void Dispose() => access.Dispose();
}

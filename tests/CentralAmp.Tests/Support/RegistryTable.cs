using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using CentralAmp.Registry;

namespace CentralAmp.Tests.Support;

/// <summary>An empty registry table in moto for one test, with a clock that the test advances.</summary>
public sealed class RegistryTable : IDisposable
{
    private RegistryTable(IAmazonDynamoDB dynamo, string name, FakeClock clock)
    {
        Dynamo = dynamo;
        Name = name;
        Clock = clock;
        Registry = new ClusterRegistry(dynamo, Some.Settings with { RegistryTable = name }, clock);
    }

    public IAmazonDynamoDB Dynamo { get; }

    public string Name { get; }

    public FakeClock Clock { get; }

    public ClusterRegistry Registry { get; }

    public static async Task<RegistryTable> CreateAsync(MotoServer moto)
    {
        var config = await moto.ConfigureAsync(new AmazonDynamoDBConfig());
        config.HttpClientFactory = new OneAtATime();
        var dynamo = new AmazonDynamoDBClient(MotoServer.Credentials, config);
        var name = $"registry-{Guid.NewGuid():N}";
        await dynamo.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            BillingMode = BillingMode.PAY_PER_REQUEST,
            KeySchema = [new("clusterArn", KeyType.HASH), new("createdAt", KeyType.RANGE)],
            AttributeDefinitions = [new("clusterArn", ScalarAttributeType.S), new("createdAt", ScalarAttributeType.N)],
        });
        return new RegistryTable(dynamo, name, new FakeClock(Some.Noon));
    }

    public void Dispose() => Dynamo.Dispose();
}

/// <summary>Serializes calls: moto checks a condition and writes in two steps, while DynamoDB does both atomically.</summary>
internal sealed class OneAtATime : HttpClientFactory
{
    private static readonly SemaphoreSlim Turn = new(1);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler());

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    private sealed class Handler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Turn.WaitAsync(cancellationToken);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                Turn.Release();
            }
        }
    }
}

namespace Amazon.Lambda.Core;

/// <summary>Turns events into .NET objects and results into responses.</summary>
public interface ILambdaSerializer
{
    T Deserialize<T>(Stream requestStream);

    void Serialize<T>(T response, Stream responseStream);
}

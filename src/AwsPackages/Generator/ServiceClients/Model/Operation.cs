namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

/// <summary>One operation; <paramref name="ResultWrapper"/> is the XML element around a query protocol's result.</summary>
internal sealed record Operation(
    string Name,
    string Method,
    string Path,
    Shape Input,
    Shape Output,
    string? ResultWrapper,
    bool Anonymous,
    System.Collections.Generic.IReadOnlyList<Shape> Errors);

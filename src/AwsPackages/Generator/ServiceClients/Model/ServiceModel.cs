using System.Collections.Generic;
using System.Linq;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Model;

internal enum Protocol
{
    Query,
    Json,
    RestJson,
}

/// <summary>The settings of one service.</summary>
/// <param name="Key">botocore's name of the service, and the stem of its model files.</param>
/// <param name="Client">The stem of the official client: <c>EKS</c> in <c>AmazonEKSClient</c>.</param>
/// <param name="Rename">Shapes that the SDK names differently (its customizations are not part of the model).</param>
internal sealed record ServiceSettings(string Key, string Namespace, string Client, IReadOnlyDictionary<string, string> Rename);

/// <summary>A service model, read and named as the SDK names it.</summary>
internal sealed record ServiceModel(
    ServiceSettings Settings,
    Protocol Protocol,
    string ApiVersion,
    string ServiceId,
    string SigningName,
    string EndpointPrefix,
    string? JsonVersion,
    string? TargetPrefix,
    IReadOnlyList<Operation> Operations,
    IReadOnlyList<Shape> Shapes)
{
    public string Namespace => Settings.Namespace;

    public string InterfaceName => "IAmazon" + Settings.Client;

    public string ClientName => "Amazon" + Settings.Client + "Client";

    public string ConfigName => "Amazon" + Settings.Client + "Config";

    public string ExceptionName => "Amazon" + Settings.Client + "Exception";

    public string RequestName => "Amazon" + Settings.Client + "Request";

    public string EndpointProviderName => "Amazon" + Settings.Client + "EndpointProvider";

    public IEnumerable<Shape> Constants => Shapes.Where(shape => shape.Kind == ShapeKind.Constant);

    public IEnumerable<Shape> Errors => Shapes.Where(shape => shape.Error is not null);

    /// <summary>Structures that are neither an operation's input or output nor an error.</summary>
    public IEnumerable<Shape> PlainStructures
    {
        get
        {
            var ends = Operations.SelectMany(operation => new[] { operation.Input, operation.Output }).ToArray();
            var names = new HashSet<string>(ends.Select(end => end.ClassName));
            return ShapeGraph.StructuresFrom(ends.Concat(Errors)).Where(shape => shape.Error is null && !names.Contains(shape.ClassName));
        }
    }
}

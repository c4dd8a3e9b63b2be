using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>The interface, the client and its configuration.</summary>
internal static class ClientEmitter
{
    /// <summary>The official clients' constructors: parameters, then the arguments of the base constructor ($C: the configuration class).</summary>
    private static readonly (string Parameters, string Arguments)[] Constructors =
    [
        ("", "new $C()"),
        ("RegionEndpoint region", "new $C { RegionEndpoint = region }"),
        ("$C config", "config"),
        ("AWSCredentials credentials", "credentials, new $C()"),
        ("AWSCredentials credentials, RegionEndpoint region", "credentials, new $C { RegionEndpoint = region }"),
        ("AWSCredentials credentials, $C clientConfig", "credentials, clientConfig"),
        ("string awsAccessKeyId, string awsSecretAccessKey", "awsAccessKeyId, awsSecretAccessKey, new $C()"),
        ("string awsAccessKeyId, string awsSecretAccessKey, RegionEndpoint region", "awsAccessKeyId, awsSecretAccessKey, new $C { RegionEndpoint = region }"),
        ("string awsAccessKeyId, string awsSecretAccessKey, $C clientConfig", "awsAccessKeyId, awsSecretAccessKey, clientConfig"),
        ("string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken", "awsAccessKeyId, awsSecretAccessKey, awsSessionToken, new $C()"),
        ("string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken, RegionEndpoint region", "awsAccessKeyId, awsSecretAccessKey, awsSessionToken, new $C { RegionEndpoint = region }"),
        ("string awsAccessKeyId, string awsSecretAccessKey, string awsSessionToken, $C clientConfig", "awsAccessKeyId, awsSecretAccessKey, awsSessionToken, clientConfig"),
    ];

    public static string Emit(ServiceModel model)
    {
        var code = SourceFile.Start($"The client of {model.ServiceId}, API {model.ApiVersion}.");
        code.Namespace(model.Namespace, model.Namespace + ".Model", model.Namespace + ".Wire");
        EmitInterface(code, model);
        EmitClient(code, model);
        EmitConfig(code, model);
        code.Line($"public partial class {model.RequestName} : AmazonWebServiceRequest {{ }}");
        ExceptionEmitter.EmitClass(code, model.ExceptionName, "AmazonServiceException");
        return code.Close().ToString();
    }

    private static void EmitInterface(CodeWriter code, ServiceModel model)
    {
        code.Open($"public partial interface {model.InterfaceName} : IAmazonService, IDisposable");
        foreach (var operation in model.Operations)
        {
            code.Line($"{Signature(operation)};");
        }

        code.Line("Amazon.Runtime.Endpoints.Endpoint DetermineServiceOperationEndpoint(AmazonWebServiceRequest request);")
            .Line($"static ClientConfig IAmazonService.CreateDefaultClientConfig() => new {model.ConfigName}();")
            .Line($"static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) => new {model.ClientName}(awsCredentials, ({model.ConfigName})clientConfig);")
            .Close();
    }

    private static void EmitClient(CodeWriter code, ServiceModel model)
    {
        code.Open($"public partial class {model.ClientName} : AmazonServiceClient, {model.InterfaceName}")
            .Line($"private static readonly IServiceMetadata metadata = new ServiceMetadata({CSharp.Literal(model.ServiceId)});")
            .Line("protected override IServiceMetadata ServiceMetadata => metadata;")
            .Line("protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => ServicePipeline.Customize(pipeline);");
        foreach (var (parameters, arguments) in Constructors)
        {
            code.Line($"public {model.ClientName}({parameters.Replace("$C", model.ConfigName)}) : base({arguments.Replace("$C", model.ConfigName)}) {{ }}");
        }

        foreach (var operation in model.Operations)
        {
            code.Line($"public virtual {Signature(operation)} => InvokeAsync<{operation.Output.ClassName}>(request, {operation.Name}Wire.Options, cancellationToken);");
        }

        code.Line("public Amazon.Runtime.Endpoints.Endpoint DetermineServiceOperationEndpoint(AmazonWebServiceRequest request) => Config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request));")
            .Close();
    }

    private static string Signature(Operation operation) =>
        $"Task<{operation.Output.ClassName}> {operation.Name}Async({operation.Input.ClassName} request, CancellationToken cancellationToken = default)";

    private static void EmitConfig(CodeWriter code, ServiceModel model)
    {
        var id = CSharp.Literal(model.ServiceId);
        code.Open($"public partial class {model.ConfigName} : ClientConfig")
            .Line($"private static readonly string userAgent = Amazon.Util.Internal.InternalSDKUtils.BuildUserAgentString({id}, \"4.0.0.0\");")
            .Open($"public {model.ConfigName}() : base(ServiceDefaults.Provider)")
            .Line($"base.ServiceId = {id};")
            .Line($"AuthenticationServiceName = {CSharp.Literal(model.SigningName)};")
            .Line($"EndpointProvider = new {model.EndpointProviderName}();")
            .Close()
            .Line($"public static new string ServiceId => {id};")
            .Line($"public override string RegionEndpointServiceName => {CSharp.Literal(model.EndpointPrefix)};")
            .Line($"public override string ServiceVersion => {CSharp.Literal(model.ApiVersion)};")
            .Line("public override string UserAgent => userAgent;")
            .Line("public override Amazon.Runtime.Endpoints.Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => ServiceEndpointResolver.Determine(this, parameters);")
            .Close();
    }
}

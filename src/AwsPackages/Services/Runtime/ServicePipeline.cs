using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace CentralAmp.AwsPackages.Runtime;

/// <summary>Marks the request of an operation that is not signed.</summary>
internal interface IAnonymousRequest;

/// <summary>Where a service client hooks into the pipeline of AWSSDK.Core: endpoint rules and the authentication scheme.</summary>
internal static class ServicePipeline
{
    public static void Customize(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new ServiceEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new AuthResolver());
    }

    private sealed class AuthResolver : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            executionContext.RequestContext.OriginalRequest is IAnonymousRequest ? AuthSchemeOption.DEFAULT_NOAUTH : AuthSchemeOption.DEFAULT_SIGV4;
    }
}

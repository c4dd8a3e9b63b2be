using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.Lambda.Annotations;
using Amazon.Lambda.Core;
using Amazon.Runtime;
using Amazon.SecurityToken;
using CentralAmp.Access;
using CentralAmp.Aws;
using CentralAmp.Clusters;
using CentralAmp.Collectors;
using CentralAmp.Functions.Logging;
using CentralAmp.Functions.Serialization;
using CentralAmp.Kubernetes;
using CentralAmp.Offboarding;
using CentralAmp.Onboarding;
using CentralAmp.Proof;
using CentralAmp.Registry;
using CentralAmp.Settings;
using CentralAmp.Silence;
using CentralAmp.Sweep;
using CentralAmp.Trust;
using CentralAmp.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: LambdaSerializer(typeof(FunctionSerializer))]
[assembly: LambdaGlobalProperties(GenerateMain = true)]

namespace CentralAmp.Functions;

/// <summary>Composes the functions. Services are created on first use, so a cold start creates only those of the invoked function.</summary>
[LambdaStartup]
public sealed class Startup
{
    /// <exception cref="InvalidOperationException">A setting is missing or invalid: the function does not start.</exception>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Annotations calls it on an instance.")]
    public void ConfigureServices(IServiceCollection services) => Compose(services, HubSettings.FromEnvironment());

    internal static void Compose(IServiceCollection services, HubSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Console.Out);
        services.AddSingleton<ILoggerFactory>(provider => new JsonLines(provider.GetRequiredService<TextWriter>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<StepEdge>();
        AddAws(services);
        AddClusterAccess(services);
        AddPlanAndTrust(services);
        AddDelivery(services);
        AddOffboarding(services);
        AddFleet(services);
        AddSilence(services);
    }

    private static void AddAws(IServiceCollection services)
    {
        services.AddSingleton<IAmazonSecurityTokenService>(_ => new AmazonSecurityTokenServiceClient(AwsClients.Configure(new AmazonSecurityTokenServiceConfig(), Region())));
        services.AddSingleton<IAmazonDynamoDB>(_ => new AmazonDynamoDBClient(AwsClients.Configure(new AmazonDynamoDBConfig(), Region())));
        services.AddSingleton<MemberAccounts>();
        services.AddSingleton(provider => new AwsClients(provider.GetRequiredService<MemberAccounts>()));
        services.AddSingleton<ClusterRegistry>();
    }

    private static void AddClusterAccess(IServiceCollection services)
    {
        services.AddSingleton<IClusterReader, EksClusters>();
        services.AddSingleton<IAccessEntries, EksAccessEntries>();
        services.AddSingleton<IAuthenticationModes, EksAuthenticationModes>();
        services.AddSingleton<IKubernetesClients, KubernetesClients>();
        services.AddSingleton<Elevation>();
        services.AddSingleton<ResolveClusterStep>();
        services.AddSingleton<DescribeClusterStep>();
        services.AddSingleton<SwitchAuthenticationModeStep>();
        services.AddSingleton<EnsureClusterAccessStep>();
        services.AddSingleton<StartElevationStep>();
        services.AddSingleton<InstallRbacStep>();
        services.AddSingleton<EndElevationStep>();
    }

    private static void AddPlanAndTrust(IServiceCollection services)
    {
        services.AddSingleton<IWorkspaces>(provider => new AmpWorkspaces(provider.GetRequiredService<AwsClients>().Prometheus));
        services.AddSingleton<ITrustStores>(provider => new IamTrustStores(provider.GetRequiredService<AwsClients>(), Region()));
        services.AddSingleton<IPodIdentities, EksPodIdentities>();
        services.AddSingleton<PlanOnboardingStep>();
        services.AddSingleton<EnsureTrustStep>();
        services.AddSingleton<GrantRevocation>();
        services.AddSingleton<RemoveOldGrantStep>();
    }

    private static void AddDelivery(IServiceCollection services)
    {
        services.AddSingleton<IWebIdentity>(provider => new StsWebIdentity(
            provider.GetRequiredService<AwsClients>().WebIdentity, provider.GetRequiredService<AwsClients>().CollectorSts));
        services.AddSingleton(provider => new WorkspaceDataPlane(new HttpClient(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Func<Task<ImmutableCredentials>>>(AwsClients.HubCredentialsAsync);
        services.AddSingleton<ProveIngestStep>();
        services.AddSingleton<DeliverRemoteWriteStep>();
        services.AddSingleton<WithdrawRemoteWriteStep>();
        services.AddSingleton<VerifyIngestStep>();
        services.AddSingleton<RecordOutcomeStep>();
    }

    private static void AddOffboarding(IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var clients = provider.GetRequiredService<AwsClients>();
            return new IamIssuedTrust(
                clients.Iam(Region()), (cluster, execution, cancellationToken) => clients.MemberIamAsync(cluster, MemberRole.Managing, execution, cancellationToken));
        });
        services.AddSingleton<ResolveOffboardingStep>();
        services.AddSingleton<CutAccessStep>();
        services.AddSingleton<PlanOffboardingStep>();
        services.AddSingleton<RemoveRbacStep>();
        services.AddSingleton<RemoveClusterAccessStep>();
        services.AddSingleton<RemoveTrustStep>();
        services.AddSingleton<RecordOffboardingStep>();
    }

    private static void AddFleet(IServiceCollection services)
    {
        services.AddSingleton<IFleetRegistry, FleetRegistry>();
        services.AddSingleton<IOrganizationAccounts, OrganizationAccounts>();
        services.AddSingleton<IClusterNames, EksClusterNames>();
        services.AddSingleton<IManagedResources, IamManagedResources>();
        services.AddSingleton(provider => new RecentWorkspaces(new AmpWorkspaces(provider.GetRequiredService<AwsClients>().Prometheus), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IngestReader>();
        services.AddSingleton<ClusterInspector>();
        services.AddSingleton<BeginSweepStep>();
        services.AddSingleton<ListAccountsStep>();
        services.AddSingleton<ListClustersStep>();
        services.AddSingleton<InspectClusterStep>();
        services.AddSingleton<ListRegisteredStep>();
        services.AddSingleton<FindOrphansStep>();
        services.AddSingleton<DecideSweepStep>();
        services.AddSingleton<ListFindingsStep>();
        services.AddSingleton<EndSweepStep>();
    }

    private static void AddSilence(IServiceCollection services)
    {
        services.AddSingleton<IWorkspaceAlerts>(provider => new AmpAlerts(provider.GetRequiredService<AwsClients>().Prometheus));
        services.AddSingleton<SilenceAlert>();
        services.AddSingleton<ExpectationWriter>();
        services.AddSingleton<ClusterExpectation>();
        services.AddSingleton<ExpectSamplesStep>();
    }

    /// <summary>The region of the function, from Lambda's environment.</summary>
    private static string Region() => FallbackRegionFactory.GetRegionEndpoint().SystemName;
}

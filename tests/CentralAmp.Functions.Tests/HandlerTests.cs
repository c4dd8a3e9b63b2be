using System.Text.RegularExpressions;
using Amazon.DynamoDBv2;
using Amazon.SecurityToken;
using CentralAmp.Functions.Serialization;
using CentralAmp.Onboarding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CentralAmp.Functions.Tests;

public sealed partial class HandlerTests
{
    public HandlerTests() => Environment.SetEnvironmentVariable("AWS_REGION", Hub.Environment["AWS_REGION"]);

    public static TheoryData<string> Names => [.. Handlers.All.Select(method => method.Name)];

    [Fact]
    public void Every_function_of_the_template_has_a_handler_of_its_name_and_none_is_idle()
    {
        var named = HandlerNames().Matches(File.ReadAllText(TemplatePath())).Select(match => match.Groups[1].Value);

        Assert.Equal(named.Order(), Handlers.All.Select(method => method.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_services_of_every_handler_are_registered(string name)
    {
        var method = Handlers.All.Single(m => m.Name == name);
        using var provider = Compose();

        Assert.NotNull(ActivatorUtilities.CreateInstance(provider, method.DeclaringType!));
        Assert.All(Handlers.ServicesOf(method), service => Assert.NotNull(provider.GetService(service)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_input_and_output_of_every_handler_have_a_JSON_contract(string name)
    {
        var method = Handlers.All.Single(m => m.Name == name);
        var context = new FunctionJson();

        Assert.NotNull(context.GetTypeInfo(Handlers.RequestOf(method)));
        Assert.NotNull(context.GetTypeInfo(Handlers.ResultOf(method)));
    }

    [Fact]
    public void A_function_creates_only_the_clients_that_it_needs()
    {
        using var provider = Compose(services => services
            .Replace(ServiceDescriptor.Singleton<IAmazonDynamoDB>(_ => throw new InvalidOperationException("created without need")))
            .Replace(ServiceDescriptor.Singleton<IAmazonSecurityTokenService>(_ => throw new InvalidOperationException("created without need"))));

        Assert.NotNull(provider.GetRequiredService<ResolveClusterStep>());
    }

    [Fact]
    public void A_missing_setting_fails_the_start_and_is_named()
    {
        // The test process has none of the settings.
        var failure = Assert.Throws<InvalidOperationException>(() => new Startup().ConfigureServices(new ServiceCollection()));

        Assert.All(Hub.Environment.Keys.Where(key => key.StartsWith("CENTRALAMP_", StringComparison.Ordinal)), key => Assert.Contains(key, failure.Message, StringComparison.Ordinal));
    }

    private static ServiceProvider Compose(Action<IServiceCollection>? change = null)
    {
        var services = new ServiceCollection();
        Startup.Compose(services, Hub.Settings);
        change?.Invoke(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    private static string TemplatePath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CentralAmp.sln")))
            {
                return Path.Combine(folder.FullName, "template.yaml");
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds CentralAmp.sln.");
    }

    [GeneratedRegex(@"ANNOTATIONS_HANDLER: (\w+)")]
    private static partial Regex HandlerNames();
}

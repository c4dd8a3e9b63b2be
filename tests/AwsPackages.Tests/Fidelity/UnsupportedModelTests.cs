using CentralAmp.AwsPackages.Generator.ServiceClients;

namespace AwsPackages.Tests.Fidelity;

/// <summary>A trait that the generator does not know is a compile error, never wrong code.</summary>
public sealed class UnsupportedModelTests
{
    private const string Model = """
        {"metadata":{"apiVersion":"1","endpointPrefix":"x","serviceId":"X","protocol":"PROTOCOL"},
         "operations":{"Get":{"name":"Get","http":{"method":"POST","requestUri":"/"},"input":{"shape":"GetRequest"}}},
         "shapes":{"GetRequest":{"type":"structure","members":{"Names":{"shape":"Names"}}},
                   "Names":{"type":"list","member":{"shape":"Name"}TRAIT},"Name":{"type":"string"}}}
        """;

    private const string Settings = """{"x":{"namespace":"Amazon.X","client":"X"}}""";

    [Theory]
    [InlineData("rest-xml", "", "protocol 'rest-xml'")]
    [InlineData("query", ",\"flattened\":true", "trait 'flattened' of shape Names")]
    public void An_unknown_trait_is_a_compile_error(string protocol, string listTrait, string reason)
    {
        var model = Model.Replace("PROTOCOL", protocol, StringComparison.Ordinal).Replace("TRAIT", listTrait, StringComparison.Ordinal);
        MemoryText[] files = [new("aws-services.json", Settings), new("x.service-2.json", model), new("x.endpoint-rule-set-1.json", """{"parameters":{},"rules":[]}""")];
        var problem = Assert.Single(GeneratorRun.Run(new ServiceClientGenerator(), [], files, GeneratorRun.References()).Diagnostics);
        Assert.Equal("x: " + reason, problem.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_missing_model_file_is_a_compile_error()
    {
        var problem = Assert.Single(GeneratorRun.Run(new ServiceClientGenerator(), [], [new MemoryText("aws-services.json", Settings)], GeneratorRun.References()).Diagnostics);
        Assert.Equal("x: there is no additional file x.service-2.json", problem.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}

using System.ComponentModel;
using System.Diagnostics;

namespace CentralAmp.Templates.Tests;

/// <summary>cfn-lint checks against the resource schemas of AWS: the SAM template, the plain templates, and the output of the SAM translation.</summary>
public sealed class LintTests
{
    /// <summary>The translation that SAM does on deployment, without a call to AWS: no policy is referenced by a bare name, so the loader loads nothing.</summary>
    private const string Translate = """
        import json, os, sys
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        from samtranslator.yaml_helper import yaml_parse
        from samtranslator.translator.transform import transform
        class Nothing:
            def load(self): return {}
        template = yaml_parse(open(sys.argv[1]).read())
        template["Globals"]["Function"]["CodeUri"] = "s3://artifacts/functions.zip"
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::StateMachine":
                resource["Properties"]["DefinitionUri"] = {"Bucket": "artifacts", "Key": "definition"}
            if "TemplateURL" in resource["Properties"]:
                resource["Properties"]["TemplateURL"] = "https://artifacts.s3.amazonaws.com/member.template"
        json.dump(transform(template, {}, Nothing(), feature_toggle=None), open(sys.argv[2], "w"))
        """;

    [Theory]
    [InlineData("template.yaml")]
    [InlineData("src/MemberAccount/template.yaml")]
    [InlineData("src/Workspace/template.yaml")]
    [InlineData("src/Grafana/reader.yaml")]
    public async Task A_template_is_clean(string template) => await LintAsync(Repository.PathOf(template));

    [Fact]
    public async Task The_template_is_clean_after_its_translation()
    {
        var translated = Path.Combine(Path.GetTempPath(), $"central-amp-{Guid.NewGuid():N}.json");
        try
        {
            await RunAsync("python3", "the SAM translator (aws-sam-translator, which cfn-lint brings)", "-c", Translate, Repository.PathOf("template.yaml"), translated);
            await LintAsync(translated);
        }
        finally
        {
            File.Delete(translated);
        }
    }

    private static Task LintAsync(string path) => RunAsync("cfn-lint", "cfn-lint (pip install cfn-lint)", path);

    private static async Task RunAsync(string program, string needed, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}.\n{await output}\n{await errors}");
        }
        catch (Win32Exception e)
        {
            Assert.Fail($"This test needs {needed} on PATH: {e.Message}");
        }
    }
}

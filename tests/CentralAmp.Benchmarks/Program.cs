using System.CommandLine;
using CentralAmp.Benchmarks;

// Exit codes: 0 measured, 1 a contestant failed, 2 bad usage, 3 the machine lacks a peer (the message names it and the remedy).
var rounds = new Option<int>("--rounds") { Description = "counted rounds; one more before them fills the page cache", DefaultValueFactory = _ => 11 };
var json = new Option<bool>("--json") { Description = "print one JSON object on stdout and nothing else" };
var command = new RootCommand("Compares the cold start of CentralAmp's functions (native and managed) with Python and boto3, and with Node.js and the AWS SDK v3, in one run over TLS.")
{
    rounds, json,
};
command.SetAction((parsed, cancellationToken) =>
    ColdStartBenchmark.RunAsync(parsed.GetValue(rounds), parsed.GetValue(json), cancellationToken));
var result = command.Parse(args);
var status = await result.InvokeAsync();
return result.Errors.Count > 0 ? 2 : status;

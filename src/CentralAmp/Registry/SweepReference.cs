using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CentralAmp.Registry;

/// <summary>The sweep that a step works for.</summary>
/// <param name="Id">The same however often the execution's first step is repeated.</param>
/// <param name="Previous">Id of the sweep before; empty for the first.</param>
/// <param name="IgnoreBrake">A person has read what braked the last one, and wants it done.</param>
public sealed record SweepReference(string Id, DateTimeOffset StartedAt, string Previous = "", bool IgnoreBrake = false)
{
    private const int HashLength = 8;

    public static string IdOf(ExecutionReference execution) => string.Create(
        CultureInfo.InvariantCulture, $"sweep-{execution.StartedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Hash(execution.Id)}");

    /// <summary>Name of the execution that a finding of this sweep starts: a repetition starts nothing twice.</summary>
    public string ExecutionNameFor(string clusterArn, long createdAt) =>
        $"{Id}-{Hash($"{clusterArn}|{createdAt.ToString(CultureInfo.InvariantCulture)}", HashLength * 2)}";

    private static string Hash(string text, int length = HashLength) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CentralAmp.Registry;

/// <summary>The sweep that a step works for.</summary>
/// <param name="Id">Stays the same if the execution's first step is repeated.</param>
/// <param name="Previous">Id of the previous sweep; empty for the first.</param>
/// <param name="IgnoreBrake">An operator has read why the last sweep stopped at its brake, and requested its actions.</param>
public sealed record SweepReference(string Id, DateTimeOffset StartedAt, string Previous = "", bool IgnoreBrake = false)
{
    private const int HashLength = 8;

    public static string IdOf(ExecutionReference execution) => string.Create(
        CultureInfo.InvariantCulture, $"sweep-{execution.StartedAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Hash(execution.Id)}");

    /// <summary>Name of the execution that a finding of this sweep starts: a repeated step starts no second execution.</summary>
    public string ExecutionNameFor(string clusterArn, long createdAt) =>
        $"{Id}-{Hash($"{clusterArn}|{createdAt.ToString(CultureInfo.InvariantCulture)}", HashLength * 2)}";

    private static string Hash(string text, int length = HashLength) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}

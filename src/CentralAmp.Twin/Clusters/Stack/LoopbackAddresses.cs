using System.Globalization;
using System.Security.Cryptography;

namespace CentralAmp.Twin.Clusters.Stack;

/// <summary>Addresses for pods: all of 127.0.0.0/8 is this machine, so that each can listen at its own port 9090.</summary>
internal static class LoopbackAddresses
{
    public static string Next()
    {
        // Starts at 127.64, because local resolvers use lower addresses. With several million addresses, collisions are improbable.
        var parts = RandomNumberGenerator.GetBytes(3);
        return string.Create(CultureInfo.InvariantCulture, $"127.{64 + (parts[0] % 128)}.{parts[1]}.{1 + (parts[2] % 254)}");
    }
}

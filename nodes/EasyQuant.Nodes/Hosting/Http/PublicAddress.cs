using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// Tells public addresses from those of this machine, its networks and its cloud. Ranges: the IANA special-purpose address registries of
/// IPv4 and IPv6 (RFC 6890 and its updates).
/// </summary>
internal static class PublicAddress
{
    private static readonly (uint Network, int Prefix)[] s_special =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12), (0xC0000000, 24),
        (0xC0000200, 24), (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24), (0xE0000000, 4), (0xF0000000, 4),
    ];

    /// <summary>True when a stranger on the internet could own the address; an IPv4 address inside an IPv6 one is judged as what it is.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => IsPublicV4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
            AddressFamily.InterNetworkV6 => IsPublicV6(bytes),
            _ => false,
        };
    }

    private static bool IsPublicV4(uint address)
    {
        foreach ((uint network, int prefix) in s_special)
        {
            if ((address ^ network) >> (32 - prefix) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // Global unicast is 2000::/3; of it 2001::/23 (protocols, Teredo), 2001:db8::/32 and 3fff::/20 (documentation) and 2002::/16 (6to4, which
    // carries an IPv4 address) are nobody's servers. Everything outside, NAT64's prefix included, is refused.
    private static bool IsPublicV6(ReadOnlySpan<byte> bytes)
    {
        uint head = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return head >> 29 == 1 && head >> 9 != 0x20010000u >> 9 && head != 0x20010DB8 && head >> 16 != 0x2002 && head >> 12 != 0x3FFF0000u >> 12;
    }
}

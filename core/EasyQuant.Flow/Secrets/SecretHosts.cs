using System.Globalization;

namespace EasyQuant.Flow;

/// <summary>Which servers may receive a secret: each is <c>host</c> (any port) or <c>host:port</c>, lower case; an IPv6 address stands in brackets.</summary>
public static class SecretHosts
{
    private const int LengthMax = 260;

    /// <summary>Whether a text names a server in this form.</summary>
    public static bool IsHost(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LengthMax || text.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or ':' or '[' or ']')))
        {
            return false;
        }

        (string host, int? port) = Split(text);
        return port is null or (> 0 and <= 65535) && Uri.CheckHostName(host.Trim('[', ']')) switch
        {
            UriHostNameType.Dns => host.All(c => c != ':'),
            UriHostNameType.IPv4 => true,
            UriHostNameType.IPv6 => host[0] == '[' && host[^1] == ']',
            _ => false,
        };
    }

    /// <summary>Whether one of the servers is that of an absolute URL.</summary>
    public static bool Allow(IReadOnlyList<string> hosts, Uri url)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(url);
        string target = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
        foreach (string entry in hosts)
        {
            (string host, int? port) = Split(entry);
            if (host.Equals(target, StringComparison.OrdinalIgnoreCase) && (port is null || port == url.Port))
            {
                return true;
            }
        }

        return false;
    }

    // Port -1 is no port at all and refused.
    private static (string Host, int? Port) Split(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text[^1] == ']')
        {
            return (text, null);
        }

        return (text[..colon], int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : -1);
    }
}

using System.Net;
using System.Net.Sockets;

namespace EasyQuant.LocalServers;

/// <summary>Finds TCP ports that nobody listens on. Thread-safe.</summary>
public static class FreePorts
{
    // Below what Linux gives to connections and to listeners that name no port (from 32768): one that is given there before its server listens would be anybody's.
    private const int First = 10_000;
    private const int Count = 22_000;

    private static readonly Lock s_lock = new();
    private static readonly HashSet<int> s_given = [];
    // Processes that look at the same time look at different places.
    private static int s_next = (int)((uint)Environment.ProcessId * 199L % Count);

    /// <summary>
    /// Returns a port of 127.0.0.1 that is free now and was not given by this process before. Nothing reserves it: another process that looks for a port in the same
    /// range may take it before it is used.
    /// </summary>
    /// <returns>A port of 10000..31999, which is below the ephemeral range of Linux.</returns>
    /// <exception cref="InvalidOperationException">All of them are taken.</exception>
    public static int Next()
    {
        lock (s_lock)
        {
            for (int i = 0; i < Count; i++)
            {
                int port = First + s_next;
                s_next = (s_next + 1) % Count;
                if (!s_given.Contains(port) && IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"Expected a free port of {First}..{First + Count - 1}; all are taken.");
    }

    /// <summary>Tells whether a port of 127.0.0.1 can be listened on now.</summary>
    /// <param name="port">A port of 1..65535.</param>
    /// <returns>True when it is free.</returns>
    public static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // A listener of the recent past may linger in TIME_WAIT, which a server that starts now may ignore.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            lock (s_lock)
            {
                s_given.Add(port);
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

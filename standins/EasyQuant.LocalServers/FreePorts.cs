using System.Net;
using System.Net.Sockets;

namespace EasyQuant.LocalServers;

/// <summary>Finds TCP ports that nobody listens on. Thread-safe.</summary>
public static class FreePorts
{
    private static readonly Lock s_lock = new();
    private static readonly HashSet<int> s_given = [];

    /// <summary>
    /// Returns a port of 127.0.0.1 that is free now and was not given by this process before. Nothing reserves it: another process may take it
    /// before it is used, which the kernel makes unlikely by handing out ports in turn.
    /// </summary>
    /// <returns>A port of the ephemeral range.</returns>
    public static int Next()
    {
        lock (s_lock)
        {
            while (true)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                if (s_given.Add(port))
                {
                    return port;
                }
            }
        }
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

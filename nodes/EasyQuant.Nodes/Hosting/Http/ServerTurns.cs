namespace EasyQuant.Nodes.Hosting;

/// <summary>Spreads calls of many nodes to one server in time: each takes the next turn. Thread-safe; remembers at most 4,096 servers.</summary>
internal sealed class ServerTurns(TimeProvider time)
{
    private const int ServersMax = 4096;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the next turn and returns how long to wait for it; negative when that is longer than <paramref name="longest"/>, and then no turn is taken.</summary>
    /// <param name="server">Host and port.</param>
    /// <param name="perSecond">Turns a second; 0 for no rate of the caller's own.</param>
    /// <param name="longest">Longest wait.</param>
    public TimeSpan Take(string server, double perSecond, TimeSpan longest)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset turn = _next.TryGetValue(server, out DateTimeOffset next) && next > now ? next : now;
            if (turn - now > longest)
            {
                return TimeSpan.FromTicks(-1);
            }

            if (perSecond > 0)
            {
                Forget(now);
                _next[server] = turn + TimeSpan.FromSeconds(1 / perSecond);
            }

            return turn - now;
        }
    }

    /// <summary>Lets nobody call the server before <paramref name="delay"/> has passed.</summary>
    public void Hold(string server, TimeSpan delay)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            Forget(now);
            if (!_next.TryGetValue(server, out DateTimeOffset next) || next < now + delay)
            {
                _next[server] = now + delay;
            }
        }
    }

    // A turn in the past binds nobody, so what is forgotten is never missed; a full table of turns to come is given up whole.
    private void Forget(DateTimeOffset now)
    {
        if (_next.Count < ServersMax)
        {
            return;
        }

        foreach (string server in _next.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray())
        {
            _next.Remove(server);
        }

        if (_next.Count >= ServersMax)
        {
            _next.Clear();
        }
    }
}

namespace EasyQuant.LocalServers;

/// <summary>Finds the server programs that Debian, Ubuntu and the PostgreSQL project install.</summary>
public static class Programs
{
    /// <summary>Returns the directory with <c>postgres</c> and <c>initdb</c>: that of the wanted version, or the newest of 14 and later.</summary>
    /// <param name="majorVersion">Major version that an existing data directory needs; null for the newest.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string PostgresDirectory(int? majorVersion)
    {
        IEnumerable<(int Version, string Path)> installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Select(path => (Version: int.TryParse(Path.GetFileName(path), out int version) ? version : 0, Path: Path.Combine(path, "bin")))
                .Where(found => found.Version >= 14 && File.Exists(Path.Combine(found.Path, "postgres")) && File.Exists(Path.Combine(found.Path, "initdb")))
            : [];
        string? best = installed.Where(found => majorVersion is null || found.Version == majorVersion)
            .OrderByDescending(found => found.Version).Select(found => found.Path).FirstOrDefault();
        if (best is not null)
        {
            return best;
        }

        return majorVersion is { } version
            ? throw new InvalidOperationException($"The data directory was made by PostgreSQL {version}, which is not installed. Install it (apt-get install postgresql-{version}) or move the data directory away.")
            : throw new InvalidOperationException("PostgreSQL 14 or later is not installed. Install it: apt-get install postgresql");
    }

    /// <summary>Returns the script that starts RabbitMQ without Debian's wrapper, which insists on its own account.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string RabbitMqServer() =>
        new[] { "/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("RabbitMQ is not installed. Install it: apt-get install rabbitmq-server");

    /// <summary>Returns Erlang's port mapper.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string Epmd() =>
        new[] { "/usr/bin/epmd", "/usr/local/bin/epmd", "/usr/lib/erlang/bin/epmd" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("epmd (Erlang) is not installed. Install it: apt-get install rabbitmq-server");

    /// <summary>Returns the Redis server.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says how to install it.</exception>
    public static string RedisServer() =>
        new[] { "/usr/bin/redis-server", "/usr/local/bin/redis-server" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("Redis is not installed. Install it: apt-get install redis-server");
}

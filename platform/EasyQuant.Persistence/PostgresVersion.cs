using EasyQuant.Persistence.Migrations;

namespace EasyQuant.Persistence;

/// <summary>The server that the platform needs. What starts or checks a server says the same number; a test compares them.</summary>
public static class PostgresVersion
{
    /// <summary>Oldest major version: 15, the first that knows MERGE, by which <c>DbSave</c> updates rows.</summary>
    public const int Min = 15;

    /// <summary>Refuses a server that is too old.</summary>
    /// <param name="server">Version of the server.</param>
    /// <exception cref="MigrationException">It is older than <see cref="Min"/>.</exception>
    public static void Check(Version server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.Major < Min)
        {
            throw new MigrationException($"PostgreSQL {Min} or later is needed, this server is {server}.");
        }
    }
}

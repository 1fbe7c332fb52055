using EasyQuant.Flow;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>Errors of the database in the words of a node. Row contents (the server's detail) are left out.</summary>
internal static class SqlErrors
{
    /// <summary>What a step says while it waits for a database that is away.</summary>
    public static string Waiting(Exception fault) => $"The database is away ({fault.Message}); the step goes on when it is back.";

    public static NodeException ToNodeException(NpgsqlException error, string what) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } e =>
            new NodeException("DB_KEY_EXISTS", $"{what}: a row with the same key exists (constraint `{e.ConstraintName}`); use insertNew or upsert.", transient: false, e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e =>
            new NodeException("DB_PERMISSION", $"{what}: {e.MessageText}.", transient: false, e),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } e =>
            new NodeException("DB_TIMEOUT", $"{what}: {e.MessageText}.", transient: false, e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } e =>
            new NodeException("DB_READ_ONLY", $"{what}: {e.MessageText}; this node only reads.", transient: false, e),
        PostgresException e => new NodeException("DB_ERROR", $"{what}: {e.SqlState} {e.MessageText}.", TransientRetry.IsTransient(e), e),
        _ => new NodeException("DB_UNAVAILABLE", $"{what}: the connection failed: {error.Message}", transient: true, error),
    };
}

using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>
/// Stops the items of a fan-out from a number on until it is opened: what a test does meanwhile comes in the middle, however slow the machine is. The items run
/// the workflow <see cref="Workflow"/>, which asks the database whether it may pass.
/// </summary>
internal sealed class ItemGate : IAsyncDisposable
{
    /// <summary>Body of the workflow of the items, with the input <c>n</c>.</summary>
    public const string Workflow =
        """
        "inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"out","from":"q.table"}],
        "nodes":[{"id":"q","type":"DbQuery","params":{"sql":"select data.pass($1::int) as n","arguments":["${inputs.n}"]}}]
        """;

    private readonly NpgsqlConnection _connection;

    private ItemGate(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Closes the gate for items whose <c>n</c> is at least the number.</summary>
    public static async Task<ItemGate> CloseAsync(RunnerHost host, int from, CancellationToken cancellationToken)
    {
        // The Runner makes the schema of the project by itself.
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", cancellationToken) == 0)
        {
            await Task.Delay(50, cancellationToken);
        }

        NpgsqlConnection connection = await host.Workflow.DataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
            set role eq_data_default;
            create table data.gate(n int);
            create function data.pass(n int) returns int language plpgsql as $$ begin if n >= {from} then perform 1 from data.gate; end if; return n; end $$;
            reset role
            """,
            cancellationToken);
        await ExecuteAsync(connection, "begin; set local idle_in_transaction_session_timeout = 0; lock table data.gate in access exclusive mode", cancellationToken);
        return new ItemGate(connection);
    }

    /// <summary>Opens it.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>The database of one project as nodes may use it: the role of the data source is the project's own, the schema is where its tables live. Thread-safe.</summary>
public sealed class ProjectDatabase
{
    /// <summary>Creates the port; does not connect.</summary>
    /// <param name="dataSource">Connections as the project's role; not disposed here.</param>
    /// <param name="schema">Schema of the project's tables, for example <c>data</c>, with <c>eq_fence</c>, <c>eq_effects</c> and <c>eq_trials</c> in it.</param>
    /// <exception cref="ArgumentException">The schema is no allowed identifier.</exception>
    public ProjectDatabase(NpgsqlDataSource dataSource, string schema)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        DataSource = dataSource;
        Schema = SqlIdentifier.Validate(schema);
        Effects = new EffectStore(schema);
    }

    /// <summary>Connections as the project's role.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Schema of the project's tables.</summary>
    public string Schema { get; }

    /// <summary>Fences and effect keys of the schema.</summary>
    public EffectStore Effects { get; }

    /// <summary>Creates the tables of <see cref="Effects"/> and of <see cref="ProjectTrialLedger"/> when they are missing; repeatable.</summary>
    public async Task EnsureEffectTablesAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await DataSource.OpenConnectionAsync(cancellationToken);
        await Effects.EnsureTablesAsync(connection, cancellationToken);
        await ProjectTrialLedger.EnsureTableAsync(this, connection, cancellationToken);
    }
}

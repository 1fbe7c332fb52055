using EasyQuant.Engine;
using EasyQuant.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The finished trials of sweeps. Every call names the project, so a sweep of another one is not found. Thread-safe.</summary>
internal sealed class SweepStore(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "t.trial, t.parameters::text, t.metrics::text, t.error_reason, t.error_message, t.window_number, t.round_number, t.sample, t.start_date, t.end_date";

    private const string Kept = "($4::text is null or t.sample = $4) and ($5 = 0 or t.window_number = $5)";

    /// <summary>Largest number of values along one side of a heat map.</summary>
    public const int HeatMapValuesMax = 500;

    /// <summary>Returns the trials of a batch that are not stored yet.</summary>
    public static async Task<IReadOnlyList<EndedTrial>> WithoutStoredAsync(
        NpgsqlConnection connection, Guid sweepId, IReadOnlyList<EndedTrial> batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select trial from backtest.sweep_trials where sweep_id = $1 and trial = any($2)", connection);
        command.Add(sweepId).Add(batch.Select(one => one.Trial).ToArray());
        HashSet<int> stored = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetInt32(0));
        }

        return [.. batch.Where(one => !stored.Contains(one.Trial))];
    }

    /// <summary>Stores trials within the transaction that counts them.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection, Guid sweepId, IReadOnlyList<EndedTrial> trials, CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter writer = await connection.BeginBinaryImportAsync(
            """
            copy backtest.sweep_trials(sweep_id, trial, parameters, metrics, error_reason, error_message, daily_returns, window_number, round_number,
                sample, start_date, end_date) from stdin (format binary)
            """,
            cancellationToken);
        foreach (EndedTrial one in trials)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(sweepId, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(one.Trial, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(one.Parameters, NpgsqlDbType.Jsonb, cancellationToken);
            await WriteAsync(writer, one.Metrics, NpgsqlDbType.Jsonb, cancellationToken);
            await WriteAsync(writer, one.ErrorReason, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(writer, one.ErrorMessage, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(writer, one.DailyReturns, NpgsqlDbType.Bytea, cancellationToken);
            await writer.WriteAsync(one.Stage.Window, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(one.Stage.Round, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(one.Stage.Sample, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(writer, one.Stage.StartDate, cancellationToken);
            await WriteAsync(writer, one.Stage.EndDate, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Returns number and figures of the trials that have ended.</summary>
    public Task<List<(int Trial, string? Metrics)>> FiguresAsync(Guid sweepId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            // The figures that objectives read; a sweep has up to 100,000 trials.
            await using var command = new NpgsqlCommand(
                """
                select trial, case when metrics is not null then jsonb_build_object('total_return', metrics -> 'total_return', 'sharpe', metrics -> 'sharpe',
                    'max_drawdown', metrics -> 'max_drawdown')::text end
                from backtest.sweep_trials where sweep_id = $1
                """,
                connection);
            command.Add(sweepId);
            List<(int Trial, string? Metrics)> rows = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add((reader.GetInt32(0), reader.TextOrNull(1)));
            }

            return rows;
        }, cancellationToken);

    /// <summary>Reads the daily returns that were kept, by number of the trial, ascending.</summary>
    public Task<List<(int Trial, byte[] Returns)>> ReturnsAsync(Guid sweepId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "select trial, daily_returns from backtest.sweep_trials where sweep_id = $1 and daily_returns is not null order by trial", connection);
            command.Add(sweepId);
            List<(int Trial, byte[] Returns)> rows = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add((reader.GetInt32(0), reader.GetFieldValue<byte[]>(1)));
            }

            return rows;
        }, cancellationToken);

    /// <summary>Summarises the Sharpe ratios of one day of the trials in-sample of each window of a walk-forward; trials that failed are left out.</summary>
    /// <returns>By number of the window; one without trials is not there.</returns>
    public Task<SortedDictionary<int, TrialSummary>> InSampleAsync(Guid sweepId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            // In order of the trials, so that a sweep that went on after a kill gives the same bits. The figures may come from a process that is not trusted; a ratio that is none counts as 0, as that of a constant equity.
            const string Select =
                """
                select window_number, count(*), avg(q order by trial), coalesce(var_samp(q order by trial), 0)
                from (
                    select trial, window_number, case when jsonb_typeof(metrics -> 'sharpe') = 'number'
                        then least(greatest((metrics -> 'sharpe')::numeric, -1e9), 1e9)::float8 else 0 end / sqrt($2::float8) as q
                    from backtest.sweep_trials where sweep_id = $1 and sample = 'in' and metrics is not null) s
                group by 1
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(sweepId).Add((double)BacktestStatistics.DaysPerYear);
            SortedDictionary<int, TrialSummary> windows = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                windows.Add(reader.GetInt32(0), new TrialSummary(reader.GetInt64(1), reader.GetDouble(2), reader.GetDouble(3)));
            }

            return windows;
        }, cancellationToken);

    /// <summary>Lists trials by number, those after one.</summary>
    public Task<List<EndedTrial>> ListAsync(
        string projectId, Guid sweepId, TrialFilter filter, int after, int countMax, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            select {Columns} from backtest.sweep_trials t join backtest.backtests b on b.backtest_id = t.sweep_id
            where b.project_id = $1 and t.sweep_id = $2 and t.trial > $3 and {Kept} order by t.trial limit $6
            """,
            command => command.Add(projectId).Add(sweepId).Add(after).AddText(filter.Sample).Add(filter.Window).Add(countMax),
            cancellationToken);

    /// <summary>Lists trials by a figure, then by number; those without it last.</summary>
    public Task<List<EndedTrial>> ListByAsync(
        string projectId, Guid sweepId, TrialFilter filter, string figure, bool isAscending, int offset, int countMax, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            select {Columns} from backtest.sweep_trials t join backtest.backtests b on b.backtest_id = t.sweep_id
            where b.project_id = $1 and t.sweep_id = $2 and {Kept}
            order by case when t.metrics ->> $3 ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$' then (t.metrics ->> $3)::float8 end
                {(isAscending ? "asc" : "desc")} nulls last, t.trial
            offset $6 limit $7
            """,
            command => command.Add(projectId).Add(sweepId).Add(figure).AddText(filter.Sample).Add(filter.Window).Add(offset).Add(countMax),
            cancellationToken);

    /// <summary>Averages a figure over pairs of two parameters' values, both as text.</summary>
    public Task<List<(string X, string Y, double Value)>> HeatMapAsync(
        string projectId, Guid sweepId, string x, string y, string figure, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                """
                select t.parameters ->> $3, t.parameters ->> $4, avg((t.metrics ->> $5)::float8)
                from backtest.sweep_trials t join backtest.backtests b on b.backtest_id = t.sweep_id
                where b.project_id = $1 and t.sweep_id = $2 and t.metrics ->> $5 ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$'
                    and t.sample <> 'out' and t.parameters ->> $3 is not null and t.parameters ->> $4 is not null
                group by 1, 2 limit $6
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).Add(sweepId).Add(x).Add(y).Add(figure).Add((HeatMapValuesMax * HeatMapValuesMax) + 1);
            List<(string X, string Y, double Value)> cells = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                cells.Add((reader.GetString(0), reader.GetString(1), reader.GetDouble(2)));
            }

            return cells;
        }, cancellationToken);

    private Task<List<EndedTrial>> ReadAsync(string select, Func<NpgsqlCommand, NpgsqlCommand> add, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(select, connection);
            add(command);
            var rows = new List<EndedTrial>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add(new EndedTrial(
                    reader.GetInt32(0), reader.GetString(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.TextOrNull(4), null)
                {
                    Stage = new TrialStage(reader.GetInt32(5), reader.GetInt32(6), reader.GetString(7), DateOrNull(reader, 8), DateOrNull(reader, 9)),
                });
            }

            return rows;
        }, cancellationToken);

    private static DateOnly? DateOrNull(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateOnly>(ordinal);

    private static Task WriteAsync(NpgsqlBinaryImporter writer, DateOnly? value, CancellationToken cancellationToken) => value is { } date
        ? writer.WriteAsync(date, NpgsqlDbType.Date, cancellationToken)
        : writer.WriteNullAsync(cancellationToken);

    private static Task WriteAsync<T>(NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : class =>
        value is null ? writer.WriteNullAsync(cancellationToken) : writer.WriteAsync(value, type, cancellationToken);
}

using System.Diagnostics;
using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Messaging.Chunks;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace EasyQuant.Bench.Pipeline;

/// <summary>
/// The same work by hand: two loops that parse files and publish with confirms, two that consume, compute, write by binary COPY in one transaction a chunk,
/// and ack. No keys, fences, counters, leases or reports.
/// </summary>
internal sealed class BarePipeline(string root, NpgsqlDataSource database, ConnectionFactory broker)
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 20_000;

    private const int Readers = 2;
    private const int Window = 20;
    private static readonly ChunkLimits s_limits = new() { RowsMax = 1_000_000, BytesMax = 16 << 20 };

    public async Task DeclareAsync(string queue, CancellationToken cancellationToken)
    {
        await using IConnection connection = await broker.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 1_000, ["x-max-length-bytes"] = 256L << 20, ["x-overflow"] = "reject-publish" };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
    }

    public async Task<double> ReadAsync(string queue, string folder, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string[] files = [.. Directory.GetFiles(Path.Combine(root, folder)).Order(StringComparer.Ordinal)];
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(reader => Task.Run(
            () => ReadFilesAsync(queue, [.. files.Where((_, i) => i % Readers == reader)], cancellationToken), cancellationToken)));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async Task<double> SaveAsync(string queue, long rows, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await using IConnection connection = await broker.CreateConnectionAsync(cancellationToken);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long left = rows;
        var channels = new List<IChannel>();
        for (int i = 0; i < Readers; i++)
        {
            IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
            channels.Add(channel);
            await channel.BasicQosAsync(0, 4, global: false, cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                try
                {
                    Table table = ChunkCodecs.Decode(
                        new Chunk { Stream = "s", Shard = 0, Epoch = 1, Sequence = 0, RowCount = int.Parse(delivery.BasicProperties.MessageId!, CultureInfo.InvariantCulture), Encoding = ChunkEncoding.Protobuf, Payload = delivery.Body.ToArray() }, s_limits);
                    await SaveAsync(table, cancellationToken);
                    await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellationToken);
                    if (Interlocked.Add(ref left, -table.RowCount) == 0)
                    {
                        done.TrySetResult();
                    }
                }
                catch (Exception e)
                {
                    // The library would log it and go on.
                    done.TrySetException(e);
                }
            };
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        }

        await done.Task.WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        await channels[0].QueueDeleteAsync(queue, cancellationToken: cancellationToken);
        foreach (IChannel channel in channels)
        {
            await channel.DisposeAsync();
        }

        return elapsed.TotalSeconds;
    }

    /// <summary>Reads files as one table.</summary>
    public static async Task<Table> TableAsync(IEnumerable<string> files)
    {
        var tables = new List<Table>();
        foreach (string file in files)
        {
            await using FileStream stream = File.OpenRead(file);
            tables.Add(CsvBars.Read(stream, new CsvBarOptions()).Table);
        }

        return Table.Concat(tables);
    }

    /// <summary>Adds the two factors as columns.</summary>
    public static Table WithFactors(Table table)
    {
        (double[] momentum, double[] volatility) = Factors(table);
        return table.With(Float64Column.Create("momentum_20", momentum)).With(Float64Column.Create("volatility_20", volatility));
    }

    private async Task ReadFilesAsync(string queue, string[] files, CancellationToken cancellationToken)
    {
        await using IConnection connection = await broker.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null), cancellationToken);
        var sends = new Queue<Task>();
        foreach (string[] some in files.Chunk(ChunkRows / PipelineFiles.RowsPerFile))
        {
            Table chunk = await TableAsync(some);
            ReadOnlyMemory<byte> body = ChunkCodecs.Encode(ChunkEncoding.Protobuf, chunk, s_limits);
            if (sends.Count == 8)
            {
                await sends.Dequeue();
            }

            sends.Enqueue(SendAsync(channel, queue, chunk.RowCount, body, cancellationToken));
        }

        await Task.WhenAll(sends);
    }

    private static async Task SendAsync(IChannel channel, string queue, int rowCount, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true, MessageId = rowCount.ToString(CultureInfo.InvariantCulture) }, body, CancellationToken.None);
                return;
            }
            catch (RabbitMQ.Client.Exceptions.PublishException)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private async Task SaveAsync(Table table, CancellationToken cancellationToken)
    {
        (double[] momentum, double[] volatility) = Factors(table);
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        string[] names = [.. table.Columns.Select(column => column.Name)];
        await using (NpgsqlBinaryImporter import = await connection.BeginBinaryImportAsync(
            $"copy bench_data.bare ({string.Join(", ", names)}, momentum_20, volatility_20) from stdin (format binary)", cancellationToken))
        {
            for (int row = 0; row < table.RowCount; row++)
            {
                import.StartRow();
                foreach (Column column in table.Columns)
                {
                    switch (column)
                    {
                        case StringColumn c: import.Write(c.GetString(row), NpgsqlDbType.Text); break;
                        case DateColumn c: import.Write(c.GetDate(row), NpgsqlDbType.Date); break;
                        case Int64Column c: import.Write(c.Values[row], NpgsqlDbType.Bigint); break;
                        case DecimalColumn c: import.Write(c.GetDecimal(row), NpgsqlDbType.Numeric); break;
                        case Float64Column c: import.Write(c.Values[row], NpgsqlDbType.Double); break;
                        default: throw new InvalidOperationException($"The bare loop does not write {column.Type}.");
                    }
                }

                Write(import, momentum[row]);
                Write(import, volatility[row]);
            }

            await import.CompleteAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static void Write(NpgsqlBinaryImporter import, double value)
    {
        if (double.IsNaN(value))
        {
            import.WriteNull();
        }
        else
        {
            import.Write(value, NpgsqlDbType.Double);
        }
    }

    private static (double[] Momentum, double[] Volatility) Factors(Table table)
    {
        var close = (DecimalColumn)table["close"];
        Column symbol = table["symbol"];
        double scale = (double)DecimalUnits.Power(close.Scale);
        var values = new double[table.RowCount];
        var returns = new double[table.RowCount];
        var momentum = new double[table.RowCount];
        var volatility = new double[table.RowCount];
        int first = 0;
        for (int row = 0; row < values.Length; row++)
        {
            first = row > 0 && symbol.CompareRows(row - 1, row) != 0 ? row : first;
            values[row] = close.Units[row] / scale;
            returns[row] = row > first ? (values[row] / values[row - 1]) - 1 : double.NaN;
            bool isWarm = row - first >= Window;
            momentum[row] = isWarm ? (values[row] / values[row - Window]) - 1 : double.NaN;
            volatility[row] = isWarm ? Deviation(returns.AsSpan(row - Window + 1, Window)) : double.NaN;
        }

        return (momentum, volatility);
    }

    private static double Deviation(ReadOnlySpan<double> returns)
    {
        double sum = 0;
        foreach (double one in returns)
        {
            sum += one;
        }

        double mean = sum / returns.Length;
        double squares = 0;
        foreach (double one in returns)
        {
            squares += (one - mean) * (one - mean);
        }

        return Math.Sqrt(squares / (returns.Length - 1));
    }
}

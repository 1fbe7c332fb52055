using System.Text.Json;
using EasyQuant.Data;
using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Messaging.Chunks;

namespace EasyQuant.Interop.Tests.Columnar;

/// <summary>Files that we wrote and what the JavaScript libraries saw in them, and files that those wrote; the peer runs once.</summary>
public sealed class ColumnarPeerFixture : IAsyncLifetime
{
    private static readonly string[] s_packages = ["apache-arrow@21.2.0", "hyparquet@1.31.5", "hyparquet-writer@0.17.0"];

    /// <summary>A table of every type with missing values.</summary>
    public static Table Ours { get; } = MakeOurs();

    /// <summary>Folder of the files.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>What the peer saw, by file.</summary>
    public JsonElement Seen { get; private set; }

    public async Task InitializeAsync()
    {
        Folder = await NodePackages.InstallAsync("columnar", s_packages);
        Save("ours.arrow", stream => ArrowFile.Write(Ours, stream, CancellationToken.None));
        Save("ours.arrows", stream => ArrowFile.WriteStream(Ours, stream, CancellationToken.None));
        // What a data topic carries: the payload of a chunk.
        Save("chunk.arrows", stream => stream.Write(ChunkCodecs.Encode(ChunkEncoding.Arrow, Ours, new ChunkLimits()).Span));
        Save("ours.parquet", stream => ParquetFile.Write(Ours, ParquetCodec.None, stream, CancellationToken.None));
        Save("ours.gzip.parquet", stream => ParquetFile.Write(Ours, ParquetCodec.Gzip, stream, CancellationToken.None));
        string json = await PeerProcess.RunAsync(
            "node", [Path.Combine(AppContext.BaseDirectory, "Peers", "columnar.mjs"), Folder], new Dictionary<string, string>(), Folder, NodePackages.Install);
        Seen = JsonDocument.Parse(json).RootElement;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private void Save(string name, Action<Stream> write)
    {
        using FileStream stream = File.Create(Path.Combine(Folder, name));
        write(stream);
    }

    private static Table MakeOurs()
    {
        var builder = new TableBuilder(
        [
            new("symbol", ColumnType.String), new("trading_date", ColumnType.Date), new("close", ColumnType.Decimal, 4), new("volume", ColumnType.Int64),
            new("ratio", ColumnType.Float64), new("start_time", ColumnType.Timestamp), new("is_open", ColumnType.Bool),
        ]);
        for (int i = 0; i < 100; i++)
        {
            bool isMissing = i % 7 == 3;
            builder.AppendRow(
                isMissing ? null : i % 2 == 0 ? "600000.SH" : "浦发",
                isMissing ? null : new DateOnly(2024, 1, 1).AddDays(i),
                isMissing ? null : -1.2345m * i,
                isMissing ? null : 1L << (i % 62),
                isMissing ? null : i / 3.0,
                isMissing ? null : new DateTime(2024, 1, 2, 1, 30, 0, DateTimeKind.Utc).AddMinutes(i),
                isMissing ? null : i % 3 == 0);
        }

        return builder.Build();
    }
}

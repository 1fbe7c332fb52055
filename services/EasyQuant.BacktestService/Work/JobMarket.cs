using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.Data;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>The bars of a job: a table that was read, or a panel that is mapped until the disposal. Thread-safe.</summary>
/// <param name="Data">Which bars.</param>
/// <param name="Rows">The table, ordered by symbol and date; null with a panel.</param>
/// <param name="Opened">The panel; null with a table.</param>
/// <param name="Days">Trading days of the data within the period, ascending.</param>
/// <param name="MissingBarCount">Days or bars without a bar between the first and the last one of a symbol.</param>
internal sealed record JobMarket(CheckedData Data, Table? Rows, OpenedPanel? Opened, IReadOnlyList<DateOnly> Days, long MissingBarCount) : IDisposable
{
    /// <summary>What the sandbox is given.</summary>
    public SandboxData ForSandbox => new(Rows, Opened?.Folder);

    /// <summary>Makes the market; valid until the disposal.</summary>
    /// <param name="cancellationToken">Ends a copy of adjusted bars.</param>
    public MarketPanel Panel(CancellationToken cancellationToken) => Opened is null
        ? MarketReader.Read(Rows!, Data.Plan)
        : MarketReader.Open(Opened.Panel, Data.Plan, cancellationToken);

    /// <summary>Names the data in a manifest.</summary>
    public JsonObject Describe() => Data.Panel is { } key
        ? new JsonObject
        {
            ["dataset"] = key.Dataset,
            ["interval"] = key.Interval.ToString(),
            ["version"] = key.Version,
            ["adjustment"] = Data.Plan.Panel!.Adjustment.ToString().ToLowerInvariant(),
            ["as_of_date"] = Data.Plan.Panel.Adjustment == PriceAdjustment.None ? null : Data.Plan.Panel.AsOf?.ToString("O"),
            ["panel_sha256"] = Opened!.Panel.ContentSha256,
        }
        : Data.Plan.Ticks is { } ticks
            ? new JsonObject { ["table"] = Data.Table, ["ticks"] = true, ["interval"] = ticks.Interval, ["utc_offset_minutes"] = ticks.UtcOffsetMinutes }
            : new JsonObject { ["table"] = Data.Table };

    /// <inheritdoc />
    public void Dispose() => Opened?.Dispose();
}

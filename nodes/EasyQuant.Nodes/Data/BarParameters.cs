using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Reads what the nodes for bars take as text.</summary>
internal static class BarParameters
{
    public static ImportProfile Profile(string name) => ImportProfiles.Find(name)
        ?? throw OutOfRange($"profile: `{name}` is not {string.Join(", ", ImportProfiles.All.Select(p => p.Name))}.");

    public static Domain.Symbol? Symbol(string? text) => text is null ? null
        : Domain.Symbol.TryNormalize(text, out Domain.Symbol symbol) ? symbol
        : throw OutOfRange($"symbol: `{text}` is no known spelling of a symbol.");

    public static PanelInterval? Interval(string? text) => text is null ? null
        : PanelInterval.TryParse(text, out PanelInterval interval) ? interval
        : throw OutOfRange($"interval: `{text}` is not 1d, 1m to 720m or 1h to 12h.");

    public static DateOnly? Date(string name, string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date) ? date
        : throw OutOfRange($"{name}: `{text}` is no date such as 2024-01-31.");

    public static string Dataset(string name) => PanelBuilder.IsDataset(name) ? name
        : throw OutOfRange($"dataset: `{name}` is not 1 to 63 of a-z, 0-9, `.`, `_`, `-`, the first a letter or digit.");

    public static IReadOnlyList<InstrumentFacts> Facts(NodeExecution execution, string? path)
    {
        if (path is null)
        {
            return [];
        }

        using Stream stream = execution.Services.Require<IDataFiles>("a data directory").OpenRead(path);
        if (stream.Length > 64 << 20)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"{path}: {stream.Length} bytes, at most {64 << 20} are read.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        try
        {
            return InstrumentsJson.ReadFacts(bytes);
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
    }

    public static NodeException OutOfRange(string message) => new("PARAMETER_OUT_OF_RANGE", message);
}

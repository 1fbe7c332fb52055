using System.Text.Json;
using System.Text.Json.Serialization;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>How jobs and answers are written as JSON between the service and the sandbox program. Thread-safe.</summary>
public static class JobJson
{
    private const int DepthMax = 32;

    /// <summary>The options of both sides.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        MaxDepth = DepthMax,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters =
        {
            new TextConverter<Money>(money => money.ToString(), text => Money.TryParse(text, out Money money) ? money : throw Wrong("amount", text)),
            new TextConverter<Symbol>(symbol => symbol.ToString(), text => Symbol.TryNormalize(text, out Symbol symbol) ? symbol : throw Wrong("symbol", text)),
            new TextConverter<Slippage>(slippage => $"{(int)slippage.Kind}:{slippage.Value}", ReadSlippage),
            new TextConverter<BenchmarkPart>(part => $"{part.Symbol}:{part.WeightPpm}", ReadPart),
            new TextConverter<CashBalance>(cash => $"{cash.Currency}:{cash.Amount}", ReadCash),
        },
    };

    private static Slippage ReadSlippage(string text) =>
        text.Split(':') is [string kind, string value] ? new Slippage((SlippageKind)int.Parse(kind), long.Parse(value)) : throw Wrong("slippage", text);

    private static BenchmarkPart ReadPart(string text) =>
        text.Split(':') is [string symbol, string weight] && Symbol.TryNormalize(symbol, out Symbol parsed)
            ? new BenchmarkPart(parsed, long.Parse(weight))
            : throw Wrong("benchmark", text);

    private static CashBalance ReadCash(string text) =>
        text.Split(':') is [string currency, string amount] && Money.TryParse(amount, out Money parsed)
            ? new CashBalance(currency, parsed)
            : throw Wrong("cash", text);

    private static JsonException Wrong(string what, string text) => new($"\"{text}\" is no {what}.");

    private sealed class TextConverter<T>(Func<T, string> write, Func<string, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
    }
}

using System.Text;
using System.Text.Json;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using WireRuleBook = EasyQuant.Contracts.Backtest.V1.RuleBook;
using RuleBook = EasyQuant.Domain.RuleBook;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about rule books of the caller's project. Thread-safe.</summary>
internal sealed class RuleBookCalls(RuleBookStore books)
{
    private const int BytesMax = 1 << 20;
    private const int RulesMax = 10_000;
    private const int VersionLengthMax = 63;

    /// <summary>Answers CreateRuleBook.</summary>
    public async Task<CreateRuleBookResponse> CreateAsync(string json, string project, CancellationToken cancellationToken)
    {
        RuleBook book = Parse(json);
        if (book.Version == RuleBook.China.Version)
        {
            throw Exists(book.Version, "is the shipped rule book");
        }

        var row = new RuleBookRow(book.Version, book.Rules.Length, default, json);
        if (!await books.AddAsync(project, row, cancellationToken))
        {
            throw new RpcError(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", $"A project has at most {RuleBookStore.CountMax} rule books.");
        }

        RuleBookRow stored = await books.FindAsync(project, book.Version, cancellationToken)
            ?? throw new System.Diagnostics.UnreachableException("Invariant: a rule book that was added is there.");
        return stored.Content == json ? new CreateRuleBookResponse { RuleBook = Write(stored with { Content = "" }) } : throw Exists(book.Version, "has other rows");
    }

    /// <summary>Answers GetRuleBook.</summary>
    public async Task<GetRuleBookResponse> GetAsync(string version, string project, CancellationToken cancellationToken)
    {
        if (version == RuleBook.China.Version)
        {
            WireRuleBook shipped = Shipped();
            using var reader = new StreamReader(typeof(RuleBook).Assembly.GetManifestResourceStream("china.json")!);
            shipped.Json = await reader.ReadToEndAsync(cancellationToken);
            return new GetRuleBookResponse { RuleBook = shipped };
        }

        return await books.FindAsync(project, version, cancellationToken) is { } row
            ? new GetRuleBookResponse { RuleBook = Write(row) }
            : throw RpcError.NotFound("RULE_BOOK_NOT_FOUND", $"There is no rule book \"{version}\" in this project.");
    }

    /// <summary>Answers ListRuleBooks.</summary>
    public async Task<ListRuleBooksResponse> ListAsync(string project, CancellationToken cancellationToken)
    {
        var response = new ListRuleBooksResponse { RuleBooks = { Shipped() } };
        response.RuleBooks.AddRange((await books.ListAsync(project, cancellationToken)).Select(Write));
        return response;
    }

    private static RuleBook Parse(string json)
    {
        if (json.Length is 0 or > BytesMax || Encoding.UTF8.GetByteCount(json) > BytesMax)
        {
            throw Invalid($"json must have 1 to {BytesMax} bytes of UTF-8, has {Encoding.UTF8.GetByteCount(json)}.");
        }

        try
        {
            RuleBook book = RuleBookJson.Parse(Encoding.UTF8.GetBytes(json));
            bool isName = book.Version.Length is > 0 and <= VersionLengthMax && book.Version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
            return !isName ? throw Invalid($"version must be 1 to {VersionLengthMax} of letters, digits, \".\", \"_\", \"-\", was \"{book.Version}\".")
                : book.Rules.Length is 0 or > RulesMax ? throw Invalid($"A rule book has 1 to {RulesMax} rows, this one has {book.Rules.Length}.")
                : book;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw Invalid($"The rule book cannot be read: {e.Message}");
        }
    }

    private static WireRuleBook Shipped() => new() { Version = RuleBook.China.Version, RuleCount = RuleBook.China.Rules.Length, Shipped = true };

    private static WireRuleBook Write(RuleBookRow row) => new()
    {
        Version = row.Version,
        RuleCount = row.RuleCount,
        CreateTime = Timestamp.FromDateTimeOffset(row.CreateTime),
        Json = row.Content,
    };

    private static RpcError Invalid(string message) => RpcError.Invalid("RULE_BOOK_INVALID", "json", message);

    private static RpcError Exists(string version, string what) =>
        new(StatusCode.AlreadyExists, "RULE_BOOK_EXISTS", $"The rule book \"{version}\" {what}; a rule book never changes, give the other one another version.");
}

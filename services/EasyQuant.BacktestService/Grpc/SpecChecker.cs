using System.Security.Cryptography;
using System.Text;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;
using CompilerIssue = EasyQuant.BacktestSandbox.Compiling.SourceIssue;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>What a spec needs besides its own values: its source compiled and stored, its table, symbols and days there. Thread-safe.</summary>
internal sealed class SpecChecker(
    DataCatalog catalog, BarRows bars, SourceStore sources, UserStrategies users, IOptions<SandboxOptions> options)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Compiles the source of a spec unless it is known, and leaves only its hash in the spec. Null for a shipped strategy.</summary>
    /// <param name="spec">The spec; changed.</param>
    /// <param name="project">The caller's project.</param>
    /// <param name="prefix">Path of the spec's message, with a dot at its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RpcError">SOURCE_INVALID, SOURCE_TOO_LARGE, SOURCE_NOT_FOUND, SANDBOX_UNAVAILABLE or a limit of the compiler's process.</exception>
    public async Task<SourceRecord?> PrepareAsync(BacktestSpec spec, string project, string prefix, CancellationToken cancellationToken)
    {
        if (spec.Source is null)
        {
            return null;
        }

        string field = prefix + "source.text";
        if (spec.Source.Text.Length == 0)
        {
            return spec.Source.Sha256.Length > 0
                ? await SpecReader.SourceOfAsync(spec, project, sources, cancellationToken)
                : throw RpcError.Invalid("FIELD_REQUIRED", field, "The text of the source is required, or the hash of one that the project has.");
        }

        string sha256 = HashOf(spec.Source.Text, field);
        string text = spec.Source.Text;
        spec.Source = new StrategySource { Sha256 = sha256 };
        if (await sources.FindAsync(project, sha256, cancellationToken) is { } known)
        {
            return known;
        }

        CompiledStrategy compiled = await CompileAsync(text, cancellationToken);
        if (compiled.Answer.Issues.Count > 0)
        {
            throw new RpcError(
                StatusCode.InvalidArgument,
                "SOURCE_INVALID",
                $"The source does not compile: {Sentence(compiled.Answer.Issues[0])}",
                violations: [.. compiled.Answer.Issues.Take(20).Select(issue => new FieldViolation(field, Sentence(issue)))]);
        }

        var record = new SourceRecord(sha256, text, compiled.Answer.ClassName, compiled.Answer.Parameters, compiled.Assembly, compiled.Symbols);
        await sources.AddAsync(project, record, cancellationToken);
        return record;
    }

    /// <summary>Compiles a source without storing it.</summary>
    /// <exception cref="RpcError">SOURCE_TOO_LARGE, SANDBOX_UNAVAILABLE or a limit of the compiler's process.</exception>
    public Task<CompiledStrategy> ValidateAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length == 0)
        {
            throw RpcError.Invalid("FIELD_REQUIRED", "source", "source is required.");
        }

        HashOf(text, "source");
        return CompileAsync(text, cancellationToken);
    }

    /// <summary>Checks that the table holds bars of all symbols, and some in the period.</summary>
    /// <exception cref="RpcError">TABLE_NOT_FOUND, TABLE_NOT_BARS, SYMBOL_NOT_FOUND or PERIOD_EMPTY.</exception>
    public async Task CheckDataAsync(CheckedSpec check, string project, string prefix, CancellationToken cancellationToken)
    {
        DataTable table = await catalog.RequireAsync(project, check.Table, cancellationToken);
        BarRows.RequireBars(table);
        List<string> unknown = await bars.UnknownAsync(table, check.Filter.Symbols, cancellationToken);
        if (unknown.Count > 0)
        {
            throw RpcError.Invalid(
                "SYMBOL_NOT_FOUND", prefix + "symbols", $"The table \"{table.Name}\" holds no bar of {string.Join(", ", unknown.Take(10))}.");
        }

        if (!await bars.AnyAsync(table, check.Filter, cancellationToken))
        {
            throw RpcError.Invalid("PERIOD_EMPTY", prefix.TrimEnd('.'), $"The table \"{table.Name}\" holds no bar of these symbols in this period.");
        }
    }

    private async Task<CompiledStrategy> CompileAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            return await users.CompileAsync(text, cancellationToken);
        }
        catch (SandboxException e)
        {
            StatusCode status = e.Reason == "SANDBOX_UNAVAILABLE" ? StatusCode.FailedPrecondition : StatusCode.InvalidArgument;
            throw new RpcError(status, e.Reason, e.Message);
        }
    }

    private string HashOf(string text, string field)
    {
        byte[] bytes;
        try
        {
            bytes = s_strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw RpcError.Invalid("SOURCE_INVALID", field, "The source is not valid Unicode.");
        }

        return bytes.Length <= options.Value.SourceBytesMax
            ? Convert.ToHexStringLower(SHA256.HashData(bytes))
            : throw RpcError.Invalid("SOURCE_TOO_LARGE", field, $"A source has at most {options.Value.SourceBytesMax} bytes of UTF-8, this one has {bytes.Length}.");
    }

    private static string Sentence(CompilerIssue issue) => $"line {issue.Line}, column {issue.Column}: {issue.Code}: {issue.Message}";
}

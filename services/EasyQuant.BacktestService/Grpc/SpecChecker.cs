using System.Security.Cryptography;
using System.Text;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;
using CompilerIssue = EasyQuant.BacktestSandbox.Compiling.SourceIssue;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>What a spec needs besides its own values: its source compiled and stored, its table, symbols and days there. Thread-safe.</summary>
internal sealed class SpecChecker(
    DataCatalog catalog, BarRows bars, TickRows ticks, ProjectPanels panels, SourceStore sources, SpecPartReader parts, UserStrategies users, IOptions<SandboxOptions> options)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Compiles the source of a spec unless it is known, and leaves only its hash in the spec; names the version of a panel; finds the rule book.
    /// </summary>
    /// <param name="spec">The spec; changed.</param>
    /// <param name="project">The caller's project.</param>
    /// <param name="prefix">Path of the spec's message, with a dot at its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RpcError">SOURCE_INVALID, SOURCE_TOO_LARGE, SOURCE_NOT_FOUND, SANDBOX_UNAVAILABLE, a limit of the compiler's process, or PANEL_NOT_FOUND.</exception>
    public async Task<SpecParts> PrepareAsync(BacktestSpec spec, string project, string prefix, CancellationToken cancellationToken)
    {
        SourceRecord? source = await SourceAsync(spec, project, prefix, cancellationToken);
        if (spec.Panel is { Version: 0 } panel && PanelBuilder.IsDataset(panel.Dataset) && PanelInterval.TryParse(panel.Interval, out PanelInterval interval))
        {
            panel.Version = panels.Resolve(project, new PanelKey(panel.Dataset, interval, 0)).Version;
        }

        return new SpecParts(source, await parts.RulesOfAsync(spec.RuleBook, project, cancellationToken));
    }

    private async Task<SourceRecord?> SourceAsync(BacktestSpec spec, string project, string prefix, CancellationToken cancellationToken)
    {
        if (spec.Source is null)
        {
            return null;
        }

        string field = prefix + "source.text";
        if (spec.Source.Text.Length == 0)
        {
            return spec.Source.Sha256.Length > 0
                ? await parts.SourceOfAsync(spec, project, cancellationToken)
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

    /// <summary>Checks that the table or panel holds bars of all symbols, and some in the period.</summary>
    /// <exception cref="RpcError">TABLE_NOT_FOUND, TABLE_NOT_BARS, TABLE_NOT_TICKS, PANEL_NOT_FOUND, PANEL_DAMAGED, PANEL_VERSION, SYMBOL_NOT_FOUND or PERIOD_EMPTY.</exception>
    public async Task CheckDataAsync(CheckedSpec check, string project, string prefix, CancellationToken cancellationToken)
    {
        if (check.Data.Panel is { } key)
        {
            await Task.Run(() => CheckPanel(check.Data, key, project, prefix), cancellationToken);
            return;
        }

        DataTable table = await catalog.RequireAsync(project, check.Data.Table, cancellationToken);
        TickPlan? plan = check.Data.Plan.Ticks;
        if (plan is null)
        {
            BarRows.RequireBars(table);
        }
        else
        {
            TickRows.RequireTicks(table);
        }

        List<string> unknown = await bars.UnknownAsync(table, check.Data.Filter.Symbols, cancellationToken);
        if (unknown.Count > 0)
        {
            throw Unknown(prefix, $"table \"{table.Name}\"", unknown);
        }

        bool hasAny = plan is null
            ? await bars.AnyAsync(table, check.Data.Filter, cancellationToken)
            : await ticks.AnyAsync(table, check.Data.Filter, TimeSpan.FromMinutes(plan.UtcOffsetMinutes), cancellationToken);
        if (!hasAny)
        {
            throw Empty(prefix, $"table \"{table.Name}\"");
        }
    }

    private void CheckPanel(CheckedData data, PanelKey key, string project, string prefix)
    {
        using OpenedPanel opened = panels.Open(project, key);
        BarPanel panel = opened.Panel;
        List<string> unknown = [.. data.Filter.Symbols.Where(symbol => panel.IndexOf(Symbol.Parse(symbol)) < 0)];
        if (unknown.Count > 0)
        {
            throw Unknown(prefix, $"panel {key.Dataset}/{key.Interval}", unknown);
        }

        var query = new PanelQuery
        {
            Symbols = data.Filter.Symbols.Length == 0 ? null : [.. data.Filter.Symbols.Select(Symbol.Parse)],
            From = data.Filter.StartDate,
            To = data.Filter.EndDate,
        };
        if (PanelTable.Count(panel, query) == 0)
        {
            throw Empty(prefix, $"panel {key.Dataset}/{key.Interval}");
        }
    }

    private static RpcError Unknown(string prefix, string where, List<string> unknown) =>
        RpcError.Invalid("SYMBOL_NOT_FOUND", prefix + "symbols", $"The {where} holds nothing of {string.Join(", ", unknown.Take(10))}.");

    private static RpcError Empty(string prefix, string where) =>
        RpcError.Invalid("PERIOD_EMPTY", prefix.TrimEnd('.'), $"The {where} holds nothing of these symbols in this period.");

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

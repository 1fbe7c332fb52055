using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Frames;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.Data;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Compiles and runs strategies of users in the sandbox. Everything that comes back is checked before it is believed. Thread-safe.</summary>
internal sealed class UserStrategies(StrategySandbox sandbox, IOptions<SandboxOptions> options)
{
    private const int JsonBytesMax = 4 << 20;
    private const int IssuesMax = 100;
    private readonly SandboxOptions _options = options.Value;

    /// <summary>Processes that run strategies at the same time.</summary>
    public int ProcessCountMax => _options.ProcessCountMax;

    /// <summary>Compiles a source.</summary>
    /// <exception cref="SandboxException">The compiler did not end within its limits.</exception>
    public async Task<CompiledStrategy> CompileAsync(string source, CancellationToken cancellationToken)
    {
        CompileAnswer? answer = null;
        byte[] assembly = [];
        byte[] symbols = [];
        await sandbox.RunAsync(
            "compile",
            folder => File.WriteAllTextAsync(folder.Source, source, new UTF8Encoding(false), cancellationToken),
            frame =>
            {
                switch (frame.Kind)
                {
                    case FrameKind.Assembly:
                        assembly = frame.Payload;
                        break;
                    case FrameKind.Symbols:
                        symbols = frame.Payload;
                        break;
                    case FrameKind.Result:
                        answer = Parse<CompileAnswer>(frame);
                        break;
                }

                return ValueTask.CompletedTask;
            },
            _options.CompileTimeMax,
            _options.CompileTimeMax,
            null,
            cancellationToken);
        if (answer is null || answer.Issues.Count > IssuesMax || (answer.Issues.Count == 0 && (assembly.Length == 0 || answer.ClassName.Length == 0)))
        {
            throw new SandboxException("STRATEGY_OUTPUT_INVALID", "The compiler's process gave neither an assembly nor issues.");
        }

        return new CompiledStrategy(answer, assembly, symbols);
    }

    /// <summary>Runs one backtest, the trials of a sweep or the bias checks of a backtest.</summary>
    /// <param name="job">What to compute.</param>
    /// <param name="assembly">The compiled strategy.</param>
    /// <param name="symbols">Its line numbers.</param>
    /// <param name="data">The bars.</param>
    /// <param name="onProgress">Told the share of the days done, 0 to 1.</param>
    /// <param name="onTrial">Takes finished trials; they arrive in order and one at a time.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    /// <returns>Chunks, documents and summary of one backtest; the summary of bias checks; nothing for a sweep.</returns>
    /// <exception cref="SandboxException">The strategy failed, or its process did not end within its limits.</exception>
    public async Task<(IReadOnlyList<ResultChunk> Chunks, IReadOnlyList<ResultDocument> Documents, ResultSummary? Summary)> RunAsync(
        SandboxJob job,
        byte[] assembly,
        byte[] symbols,
        SandboxData data,
        Action<double> onProgress,
        Func<TrialResult, ValueTask> onTrial,
        CancellationToken cancellationToken)
    {
        List<ResultChunk> chunks = [];
        List<ResultDocument> documents = [];
        ResultSummary? summary = null;
        SandboxFault? fault = null;
        await sandbox.RunAsync("run", PrepareAsync, HandleAsync, _options.CpuTimeMax, _options.WallTimeMax, data.PanelFolder, cancellationToken);
        return fault is null ? (chunks, documents, summary) : throw new SandboxException(ReasonOf(fault.Reason), fault.Message);

        async Task PrepareAsync(JobFolder folder)
        {
            await File.WriteAllBytesAsync(folder.Assembly, assembly, cancellationToken);
            await File.WriteAllBytesAsync(folder.Symbols, symbols, cancellationToken);
            await File.WriteAllBytesAsync(folder.Job, JsonSerializer.SerializeToUtf8Bytes(job, JobJson.Options), cancellationToken);
            if (data.Bars is { } bars)
            {
                await using FileStream file = File.Create(folder.Bars);
                TableFile.Write(bars, file);
            }
        }

        async ValueTask HandleAsync(Frame frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Progress when frame.Payload.Length == sizeof(double):
                    double share = BinaryPrimitives.ReadDoubleLittleEndian(frame.Payload);
                    onProgress(double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0);
                    break;
                case FrameKind.Chunk:
                    chunks.Add(CheckOrder(ResultChunk.FromPayload(frame.Payload), chunks));
                    break;
                case FrameKind.Document:
                    ResultDocument document = ResultDocument.FromPayload(frame.Payload);
                    documents.RemoveAll(one => one.Name == document.Name);
                    documents.Add(document);
                    break;
                case FrameKind.Trial:
                    await onTrial(Parse<TrialResult>(frame));
                    break;
                case FrameKind.Fault:
                    fault = Parse<SandboxFault>(frame);
                    break;
                case FrameKind.Result when job.Trials is null:
                    summary = Parse<ResultSummary>(frame);
                    break;
            }
        }
    }

    private static ResultChunk CheckOrder(ResultChunk chunk, List<ResultChunk> before)
    {
        ResultChunk? last = before.Count > 0 ? before[^1] : null;
        long expected = last is not null && last.Table == chunk.Table ? last.FirstRow + last.RowCount : 0;
        bool isNew = last is null || last.Table == chunk.Table || before.All(one => one.Table != chunk.Table);
        return ResultNames.All.Contains(chunk.Table) && isNew && chunk.FirstRow == expected
            ? chunk
            : throw new FrameException($"The strategy's process sent rows of \"{chunk.Table}\" out of order.");
    }

    // A reason becomes part of the API, so only words of ours pass.
    private static string ReasonOf(string reason) =>
        reason.Length is > 0 and <= 64 && reason.All(c => char.IsAsciiLetterUpper(c) || c == '_') ? reason : "STRATEGY_FAILED";

    private static T Parse<T>(Frame frame)
    {
        if (frame.Payload.Length > JsonBytesMax)
        {
            throw new FrameException($"A message of the strategy's process has {frame.Payload.Length} bytes, at most {JsonBytesMax} are allowed.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(frame.Payload, JobJson.Options) ?? throw new FrameException("A message of the strategy's process is null.");
        }
        catch (JsonException e)
        {
            throw new FrameException($"A message of the strategy's process is no {typeof(T).Name}: {e.Message}");
        }
    }
}

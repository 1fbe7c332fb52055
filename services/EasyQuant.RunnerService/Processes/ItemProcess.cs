using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Persistence.Faults;
using EasyQuant.ServiceDefaults.Telemetry;

namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// One warm child process: it keeps prepared graphs and serves one item at a time. It is taken for dead when its pipe ends, or when it has given no sign of life
/// for the time that it was started with; after a cancel it has <see cref="CancelGrace"/> to obey. Used by one caller at a time.
/// </summary>
internal sealed class ItemProcess : IDisposable
{
    /// <summary>Time to obey a cancel.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);

    /// <summary>Environment variable of the worker with the failpoints of its child processes, which do not get those of the worker.</summary>
    private const string FaultVariable = "EQ_ITEM_FAIL";

    private const int LinesMax = 20;
    private const int YoungBytes = 16 << 20;
    private static readonly TimeSpan s_startMax = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly WorkerUsage _usage;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silenceMax;
    private readonly HashSet<string> _workflows = new(StringComparer.Ordinal);
    private readonly Queue<string> _lines = new();
    private readonly ItemInbox _inbox;
    private int _isDisposed;

    private ItemProcess(Process process, TimeSpan silenceMax, WorkerUsage usage, TimeProvider time)
    {
        _silenceMax = silenceMax;
        _process = process;
        _usage = usage;
        usage.Add(process);
        _time = time;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        Id = process.Id;
        _inbox = new ItemInbox(process.StandardOutput.BaseStream);
    }

    /// <summary>Gets the id of the process.</summary>
    public int Id { get; }

    /// <summary>Gets whether it can serve another item.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <summary>Starts a process and waits until it is ready for its first item.</summary>
    /// <param name="settings">What it needs to serve a project; travels through the pipe, where no other user can read it.</param>
    /// <param name="memoryMax">Bytes of its managed heap, at least 64 MiB.</param>
    /// <param name="silenceMax">Longest silence of a living process: it tells every second that it lives, whatever its item does.</param>
    /// <param name="usage">Where its processor time and memory are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="NodeException"><c>ITEM_PROCESS_DIED</c>: it ended, or was not ready within a minute.</exception>
    public static async Task<ItemProcess> StartAsync(
        JsonObject settings, long memoryMax, TimeSpan silenceMax, WorkerUsage usage, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EasyQuant.RunnerService.dll"));
        start.ArgumentList.Add(ItemProgram.Argument);
        // A child gets no secrets of the service by its environment, and a heap of its own size.
        foreach (string name in start.Environment.Keys.Where(IsSecret).ToArray())
        {
            start.Environment.Remove(name);
        }

        if (Environment.GetEnvironmentVariable(FaultVariable) is { } faults)
        {
            start.Environment[Failpoints.Variable] = faults;
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = memoryMax.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        // Nobody waits for an answer between two items: a second thread that collects would only take a core from them.
        start.Environment["DOTNET_gcConcurrent"] = "0";
        // Without that thread the collector gives memory back after each collection and clears it again when an item needs it: with this much for what is young it
        // keeps it (measured, items of 5,000 lines of CSV: 2.1 ms each without, 45 page faults; 1.4 ms with, none).
        start.Environment["DOTNET_GCgen0size"] = YoungBytes.ToString("X", CultureInfo.InvariantCulture);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The child process did not start.");
        var child = new ItemProcess(process, silenceMax, usage, time);
        try
        {
            using var deadline = new CancellationTokenSource(s_startMax, time);
            using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            await ItemFrame.WriteAsync(process.StandardInput.BaseStream, settings, linked.Token);
            return await child._inbox.ReadAsync(linked.Token) is not null ? child : throw child.Died("ended at its start", null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw child.Died("did not start", e);
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    /// <summary>Tells the process a workflow with all it calls, unless it knows it.</summary>
    public async ValueTask PrepareAsync(string key, Func<JsonObject> workflow, CancellationToken cancellationToken)
    {
        if (!_workflows.Contains(key))
        {
            // The process forgets in the same way.
            if (_workflows.Count >= ItemProgram.WorkflowsMax)
            {
                _workflows.Clear();
            }

            _workflows.Add(key);
            await SendAsync(workflow(), cancellationToken);
        }
    }

    /// <summary>Sends an item and waits for its answer.</summary>
    /// <param name="item">The item.</param>
    /// <param name="onReport">Told what the item reports on its way, one report after the other; null when it reports nothing.</param>
    /// <param name="secrets">Answers what the item asks for; null when it may ask for nothing.</param>
    /// <param name="cancellationToken">Stops the item.</param>
    /// <exception cref="NodeException"><c>ITEM_PROCESS_DIED</c>: the process ended or was stopped; transient.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask<JsonObject> RunAsync(
        JsonObject item, Func<JsonObject, CancellationToken, ValueTask>? onReport, ISecretSource? secrets, CancellationToken cancellationToken)
    {
        await SendAsync(item, cancellationToken);
        try
        {
            return await AnswerAsync(onReport, secrets, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CancelAsync();
            throw;
        }
    }

    /// <summary>Lets an idle process send what it has to send: it ends by itself when nothing comes any more.</summary>
    /// <param name="patience">Waits so long; a process that runs on is killed by <see cref="Dispose"/>.</param>
    public void End(TimeSpan patience)
    {
        IsUsable = false;
        try
        {
            _process.StandardInput.BaseStream.Dispose();
            _process.WaitForExit(patience);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsUsable = false;
        _inbox.Close();
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _usage.Remove(_process);
            try
            {
                _process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended.
            }

            _process.Dispose();
        }
    }

    private static bool IsSecret(string name) =>
        name.StartsWith("ConnectionStrings", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("EQ_FAIL", StringComparison.OrdinalIgnoreCase)
        || name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase)
        || name.Contains("CREDENTIAL", StringComparison.OrdinalIgnoreCase)
        || name.Contains("KEY", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);

    private async ValueTask SendAsync(JsonObject message, CancellationToken cancellationToken)
    {
        try
        {
            // Not cancelled half-way: a torn message would cost the process.
            cancellationToken.ThrowIfCancellationRequested();
            using var deadline = new CancellationTokenSource(_silenceMax, _time);
            await ItemFrame.WriteAsync(_process.StandardInput.BaseStream, message, deadline.Token);
        }
        catch (InvalidDataException e)
        {
            throw new NodeException("LIMIT_EXCEEDED", e.Message, transient: false, e);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Died("took no message", e);
        }
    }

    private async ValueTask<JsonObject> AnswerAsync(
        Func<JsonObject, CancellationToken, ValueTask>? onReport, ISecretSource? secrets, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(_silenceMax, _time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        while (true)
        {
            JsonObject? message;
            try
            {
                message = await _inbox.ReadAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Died($"gave no sign of life for {_silenceMax.TotalSeconds} s", null);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
            {
                throw Died("broke the protocol", e);
            }

            if (message is null)
            {
                throw Died("ended", null);
            }

            if (message["measures"] is JsonArray measures)
            {
                ChildMeasures.Record(measures);
            }

            if (message["report"] is JsonObject report)
            {
                // The time that its listener takes is not its silence.
                silence.CancelAfter(Timeout.InfiniteTimeSpan);
                await (onReport?.Invoke(report, cancellationToken) ?? ValueTask.CompletedTask);
            }
            else if (message[SecretMessages.Question] is JsonObject question)
            {
                silence.CancelAfter(Timeout.InfiniteTimeSpan);
                await SendAsync(await SecretMessages.ReplyAsync(question, secrets, cancellationToken), cancellationToken);
            }
            else if (!message.ContainsKey("alive"))
            {
                IsUsable = message["isLast"] is null;
                return message;
            }

            silence.CancelAfter(_silenceMax);
        }
    }

    private async ValueTask CancelAsync()
    {
        using var grace = new CancellationTokenSource(CancelGrace, _time);
        try
        {
            await ItemFrame.WriteAsync(_process.StandardInput.BaseStream, new JsonObject { ["cancel"] = true }, grace.Token);
            await AnswerAsync(null, null, grace.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or NodeException or ObjectDisposedException)
        {
            // It does not obey: it is replaced.
            Dispose();
        }
    }

    private NodeException Died(string how, Exception? cause)
    {
        Dispose();
        string said;
        lock (_lines)
        {
            said = string.Join(' ', _lines);
        }

        return new NodeException("ITEM_PROCESS_DIED", $"Process {Id} {how}. {(said.Length > 500 ? said[^500..] : said)}".TrimEnd(), transient: true, cause);
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line.Length > 200 ? line[..200] : line);
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }
    }
}

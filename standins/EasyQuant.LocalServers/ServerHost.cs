using System.Net;
using System.Net.Sockets;

namespace EasyQuant.LocalServers;

/// <summary>
/// Runs one <see cref="ILocalServer"/>: starts it with its companion, waits until it serves, starts it again when it dies before that, or says that it is broken. Thread-safe.
/// </summary>
public sealed class ServerHost : IAsyncDisposable
{
    private const int KeptLineCount = 20;
    private static readonly TimeSpan s_probeInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_restartDelay = TimeSpan.FromMilliseconds(250);

    private readonly ILocalServer _server;
    private readonly Action<string, bool> _onLine;
    private readonly Queue<string> _lastLines = new(KeptLineCount);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ChildProcess? _companion;
    private ChildProcess? _process;

    /// <summary>Creates a host for a server that is not yet started.</summary>
    /// <param name="server">The server.</param>
    /// <param name="onLine">Receives what the server prints, and whether on stderr; called from several threads.</param>
    public ServerHost(ILocalServer server, Action<string, bool> onLine)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(onLine);
        _server = server;
        _onLine = (line, isError) =>
        {
            Keep(line);
            onLine(line, isError);
            if (_process is { } process && server.IsBroken(line))
            {
                _ = Task.Run(() => RestartAsync(process));
            }
        };
    }

    /// <summary>How long a start may take, 60 s by default. PostgreSQL refuses to start for up to 30 s after a kill, until its orphans are gone.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may take to end before it is killed; null takes what the server says.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>Process id of the server, or null when it does not run.</summary>
    public int? ProcessId => _process is { Exited.IsCompleted: false } process ? process.Id : null;

    /// <summary>Ids of all processes of this host that run: server and companion.</summary>
    public IReadOnlyList<int> ProcessIds =>
        [.. new[] { _companion, _process }.OfType<ChildProcess>().Where(process => !process.Exited.IsCompleted).Select(process => process.Id)];

    /// <summary>Completes when the server process that runs now ends; at once when none runs.</summary>
    public Task Exited => _process?.Exited ?? Task.CompletedTask;

    /// <summary>Starts the server and waits until it serves; a server that runs is left alone.</summary>
    /// <param name="cancellationToken">Gives up; what was started is stopped.</param>
    /// <returns>A task that completes when the server serves.</returns>
    /// <exception cref="InvalidOperationException">The server cannot be started.</exception>
    /// <exception cref="TimeoutException">It does not serve within <see cref="StartTimeout"/>; with the last lines that it printed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (ProcessId is not null)
            {
                return;
            }

            using var deadline = new CancellationTokenSource(StartTimeout);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            try
            {
                await _server.PrepareAsync(_onLine, either.Token);
                await StartCompanionAsync(either.Token);
                await StartServerAsync(either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                await StopCoreAsync();
                throw new TimeoutException($"{_server.Name} does not serve on port {_server.Port} after {StartTimeout.TotalSeconds:0} s. The last it said:\n{LastLines()}");
            }
            catch
            {
                await StopCoreAsync();
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops the server, then its companion.</summary>
    /// <returns>A task that completes when both are gone.</returns>
    public async Task StopAsync()
    {
        await _gate.WaitAsync();
        try
        {
            await StopCoreAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Kills the server as a crash would; the companion stays.</summary>
    /// <returns>A task that completes when the process is gone.</returns>
    public Task KillAsync() => _process is { } process ? process.KillAsync() : Task.CompletedTask;

    /// <summary>Stops everything.</summary>
    /// <returns>A task that completes when nothing runs.</returns>
    public async ValueTask DisposeAsync() => await StopAsync();

    // The broken process may have been replaced or stopped meanwhile. One that cannot be started stays away, and is the owner's to start, as after a crash.
    private async Task RestartAsync(ChildProcess broken)
    {
        await _gate.WaitAsync();
        try
        {
            if (_process != broken || broken.Exited.IsCompleted)
            {
                return;
            }

            _onLine($"{_server.Name} is broken and is started again.", true);
            await broken.KillAsync();
            using var deadline = new CancellationTokenSource(StartTimeout);
            await StartServerAsync(deadline.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException)
        {
            _onLine($"{_server.Name} cannot be started again: {exception.Message}", true);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Keep(string line)
    {
        lock (_lastLines)
        {
            if (_lastLines.Count == KeptLineCount)
            {
                _lastLines.Dequeue();
            }

            _lastLines.Enqueue(line);
        }
    }

    private string LastLines()
    {
        lock (_lastLines)
        {
            return _lastLines.Count == 0 ? "nothing" : string.Join('\n', _lastLines);
        }
    }

    private async Task StartCompanionAsync(CancellationToken cancellationToken)
    {
        if (_companion is { Exited.IsCompleted: false } || _server.Companion() is not { } companion)
        {
            return;
        }

        _companion = await ChildProcess.StartAsync(companion.Process, _onLine);
        while (!await AnswersAsync(companion.Port, cancellationToken))
        {
            if (_companion.Exited.IsCompleted)
            {
                throw new InvalidOperationException($"{companion.Process.FileName} ended with exit code {await _companion.Exited}.");
            }

            await Task.Delay(s_probeInterval, cancellationToken);
        }
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        ProcessSpec spec = _server.Process();
        while (true)
        {
            ChildProcess process = await ChildProcess.StartAsync(spec with { StopTimeout = StopTimeout ?? spec.StopTimeout }, _onLine);
            _process = process;
            string? reason = "it was not asked";
            while (reason is not null && !process.Exited.IsCompleted)
            {
                await Task.WhenAny(Task.Delay(s_probeInterval, cancellationToken), process.Exited);
                cancellationToken.ThrowIfCancellationRequested();
                reason = await _server.ProbeAsync(cancellationToken);
            }

            if (reason is null && !process.Exited.IsCompleted)
            {
                return;
            }

            // After a kill the old server's children may hold its lock a little longer.
            await Task.Delay(s_restartDelay, cancellationToken);
        }
    }

    private async Task StopCoreAsync()
    {
        if (_process is { } process)
        {
            await process.StopAsync();
        }

        if (_companion is { } companion)
        {
            await companion.StopAsync();
        }
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Threading.Channels;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService.Pool;
using Grpc.Core;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>One open stream of a worker in this process. Thread-safe.</summary>
internal sealed class WorkerSession : IDisposable
{
    private const int CommandsMax = 16;

    private readonly CancellationTokenSource _replaced = new();
    private readonly Channel<ConnectResponse> _commands = Channel.CreateBounded<ConnectResponse>(
        new BoundedChannelOptions(CommandsMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _lock = new();
    private bool _isDraining;

    /// <summary>Makes the session of a registered worker; its first command, when it drains already, is to drain.</summary>
    public WorkerSession(WorkerRecord worker)
    {
        Key = worker.Key;
        Epoch = worker.Epoch;
        Name = worker.Registration.Name;
        SetDraining(worker.IsDraining);
    }

    public Guid Key { get; }

    public long Epoch { get; }

    public string Name { get; }

    /// <summary>Cancelled when a newer session took its place.</summary>
    public CancellationToken Replaced => _replaced.Token;

    /// <summary>Commands to the worker, in order.</summary>
    public ChannelReader<ConnectResponse> Commands => _commands.Reader;

    /// <summary>Writes one message; a stream takes one at a time.</summary>
    public async Task WriteAsync(IAsyncStreamWriter<ConnectResponse> stream, ConnectResponse message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(message, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Tells the worker whether to drain, when that has changed.</summary>
    public void SetDraining(bool isDraining)
    {
        lock (_lock)
        {
            if (_isDraining != isDraining)
            {
                _isDraining = isDraining;
                _commands.Writer.TryWrite(isDraining ? new ConnectResponse { Drain = new WorkerDrain() } : new ConnectResponse { Resume = new WorkerResume() });
            }
        }
    }

    /// <summary>Ends the session: a newer one took its place.</summary>
    public void Replace()
    {
        try
        {
            _replaced.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended by itself at the same moment.
        }
    }

    public void Dispose()
    {
        _commands.Writer.TryComplete();
        _replaced.Dispose();
    }
}

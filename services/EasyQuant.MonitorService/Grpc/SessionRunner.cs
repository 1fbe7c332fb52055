using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Runs the stream of one worker from its registration to its end. Thread-safe.</summary>
internal sealed partial class SessionRunner(
    WorkerStore store, SessionBoard board, DispatchForwarder forwarder, IOptions<MonitorOptions> options,
    TimeProvider time, ILogger<SessionRunner> logger)
{
    private static readonly TimeSpan s_registrationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the worker said good-bye. <paramref name="callProjectId"/> bounds what its calls may touch; empty for all projects.</summary>
    /// <exception cref="RpcError">
    /// InvalidArgument REGISTRATION_REQUIRED, REGISTRATION_INVALID; Aborted WORKER_REPLACED; Unavailable SERVICE_UNAVAILABLE when the
    /// stream broke.
    /// </exception>
    public async Task RunAsync(
        string projectId, string callProjectId, IAsyncStreamReader<ConnectRequest> requests, IAsyncStreamWriter<ConnectResponse> responses,
        CancellationToken cancellationToken)
    {
        WorkerRecord worker = await store.RegisterAsync(projectId, await ReadRegistrationAsync(requests, cancellationToken), cancellationToken);
        using var session = new WorkerSession(worker);
        board.Add(session);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Replaced);
        await session.WriteAsync(
            responses,
            new ConnectResponse
            {
                Accepted = new WorkerAccepted
                {
                    HeartbeatInterval = Duration.FromTimeSpan(options.Value.HeartbeatInterval),
                    LostAfter = Duration.FromTimeSpan(options.Value.LostAfter),
                    Epoch = worker.Epoch,
                },
            },
            cancellationToken);
        LogConnected(session.Name, projectId, session.Epoch);
        Task writing = WriteCommandsAsync(session, responses, ended.Token);
        var calls = new SessionCalls(forwarder, session, callProjectId, responses);
        try
        {
            await ReadHeartbeatsAsync(session, calls, requests, ended.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or RpcException)
        {
            LogEnded(session.Name, session.Epoch, session.Replaced.IsCancellationRequested);
            if (session.Replaced.IsCancellationRequested)
            {
                throw Replaced(session);
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                throw new RpcError(StatusCode.Unavailable, "SERVICE_UNAVAILABLE", "The worker's stream broke; connect again.", retryAfter: TimeSpan.FromSeconds(1));
            }

            // The worker has gone, or this replica stops.
            throw;
        }
        finally
        {
            board.Remove(session);
            await ended.CancelAsync();
            await writing;
            await calls.WhenDoneAsync();
        }
    }

    private async Task<Pool.WorkerRegistration> ReadRegistrationAsync(IAsyncStreamReader<ConnectRequest> requests, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(s_registrationTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        bool received;
        try
        {
            received = await requests.MoveNext(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            received = false;
        }

        return received && requests.Current.Registration is { } registration
            ? WorkerReader.Read(registration)
            : throw RpcError.Invalid(
                "REGISTRATION_REQUIRED", "registration", $"The first message must be the registration, within {s_registrationTimeout.TotalSeconds} s.");
    }

    private async Task ReadHeartbeatsAsync(WorkerSession session, SessionCalls calls, IAsyncStreamReader<ConnectRequest> requests, CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(cancellationToken))
        {
            switch (requests.Current.KindCase)
            {
                case ConnectRequest.KindOneofCase.Heartbeat:
                    if (!await store.HeartbeatAsync(session.Key, session.Epoch, WorkerReader.Read(requests.Current.Heartbeat), cancellationToken))
                    {
                        throw Replaced(session);
                    }

                    break;
                case ConnectRequest.KindOneofCase.Call:
                    calls.Start(requests.Current.Call, cancellationToken);
                    break;
                case ConnectRequest.KindOneofCase.Goodbye:
                    await store.GoodbyeAsync(session.Key, session.Epoch, cancellationToken);
                    LogGoodbye(session.Name, session.Epoch, requests.Current.Goodbye.Cause);
                    return;
                default:
                    throw RpcError.Invalid("MESSAGE_UNEXPECTED", "kind", $"After the registration come heartbeats, calls and a good-bye, was {requests.Current.KindCase}.");
            }
        }
    }

    private static async Task WriteCommandsAsync(WorkerSession session, IAsyncStreamWriter<ConnectResponse> responses, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ConnectResponse command in session.Commands.ReadAllAsync(cancellationToken))
            {
                await session.WriteAsync(responses, command, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // The stream is over; its reader says why.
        }
    }

    private static RpcError Replaced(WorkerSession session) =>
        new(StatusCode.Aborted, "WORKER_REPLACED", $"A newer session of worker {session.Name} took the place of this one with epoch {session.Epoch}.");

    [LoggerMessage(5011, LogLevel.Information, "Worker {Name} of project {ProjectId} connected with epoch {Epoch}.")]
    private partial void LogConnected(string name, string projectId, long epoch);

    [LoggerMessage(5012, LogLevel.Information, "Worker {Name} with epoch {Epoch} left: {Cause}")]
    private partial void LogGoodbye(string name, long epoch, string cause);

    [LoggerMessage(5013, LogLevel.Warning, "The session of worker {Name} with epoch {Epoch} was ended by the server; replaced by a newer one: {IsReplaced}.")]
    private partial void LogEnded(string name, long epoch, bool isReplaced);
}

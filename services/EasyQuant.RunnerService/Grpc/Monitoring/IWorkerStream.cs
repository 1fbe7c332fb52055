using EasyQuant.Contracts.Worker.V1;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The stream between worker and platform, whoever opened it. One writer and one reader at a time.</summary>
internal interface IWorkerStream
{
    /// <summary>Sends a message.</summary>
    Task WriteAsync(ConnectRequest message, CancellationToken cancellationToken);

    /// <summary>Waits for the next message; null at the end of the stream.</summary>
    Task<ConnectResponse?> ReadAsync(CancellationToken cancellationToken);
}

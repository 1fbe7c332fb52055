namespace EasyQuant.Bench.Grpc;

/// <summary>Sends one message and gets it back.</summary>
internal interface IEchoClient : IDisposable
{
    /// <summary>Fails when the answer has another length than the message.</summary>
    Task EchoAsync(CancellationToken cancellationToken);
}

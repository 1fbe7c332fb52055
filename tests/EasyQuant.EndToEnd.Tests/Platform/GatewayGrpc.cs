using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.EndToEnd;

/// <summary>Raw gRPC clients of the Gateway with one key. Thread-safe.</summary>
public sealed class GatewayGrpc : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);
    private readonly GrpcChannel _channel;
    private readonly Metadata _headers = [];

    /// <summary>Opens a channel; nothing is sent yet.</summary>
    public GatewayGrpc(Uri address, string? key)
    {
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxSendMessageSize = null });
        if (key is not null)
        {
            _headers.Add("authorization", "Bearer " + key);
        }

        Workflows = new WorkflowService.WorkflowServiceClient(_channel);
        Runs = new RunService.RunServiceClient(_channel);
        Data = new DataService.DataServiceClient(_channel);
    }

    public WorkflowService.WorkflowServiceClient Workflows { get; }

    public RunService.RunServiceClient Runs { get; }

    public DataService.DataServiceClient Data { get; }

    public CallInvoker Invoker => _channel.CreateCallInvoker();

    /// <summary>Key and deadline of a call.</summary>
    public CallOptions Options() => new(_headers, DateTime.UtcNow + s_deadline);

    public void Dispose() => _channel.Dispose();
}

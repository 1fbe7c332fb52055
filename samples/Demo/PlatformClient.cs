using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.Contracts.Common.V1;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Samples.Demo;

/// <summary>What the samples need of the platform, over gRPC through the Gateway with an API key. Thread-safe.</summary>
public sealed class PlatformClient : IDisposable
{
    private const int PartBytesMax = 1 << 20;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;
    private readonly WorkflowService.WorkflowServiceClient _workflows;
    private readonly RunService.RunServiceClient _runs;
    private readonly DataService.DataServiceClient _data;

    /// <summary>Opens a channel; nothing is sent yet.</summary>
    /// <param name="address">gRPC address of the Gateway, for example http://127.0.0.1:5081.</param>
    /// <param name="key">API key.</param>
    public PlatformClient(Uri address, string key)
    {
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = 16 << 20 });
        _headers = new Metadata { { "authorization", "Bearer " + key } };
        _workflows = new(_channel);
        _runs = new(_channel);
        _data = new(_channel);
    }

    /// <summary>Stores a file under the project's folder. Repeating it is harmless.</summary>
    /// <param name="path">Path in the project, with / between folders.</param>
    /// <param name="content">The whole file.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When the file is visible.</returns>
    public async Task UploadAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        string upload = Guid.CreateVersion7().ToString();
        int offset = 0;
        do
        {
            int count = Math.Min(PartBytesMax, content.Length - offset);
            await _data.UploadFileAsync(
                new UploadFileRequest
                {
                    Path = path,
                    UploadId = upload,
                    Offset = offset,
                    Content = ByteString.CopyFrom(content, offset, count),
                    Last = offset + count == content.Length,
                    Sha256 = hash,
                },
                Options(cancellationToken));
            offset += count;
        }
        while (offset < content.Length);
    }

    /// <summary>Stores a workflow, or its next version when the name is taken and the definition differs.</summary>
    /// <param name="json">Workflow file.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The stored version.</returns>
    public async Task<Workflow> StoreWorkflowAsync(string json, CancellationToken cancellationToken)
    {
        WorkflowDefinition definition = WorkflowDefinition.Parser.ParseJson(json);
        try
        {
            return (await _workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = definition }, Options(cancellationToken))).Workflow;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return (await _workflows.UpdateWorkflowAsync(
                new UpdateWorkflowRequest { Name = definition.Name, Definition = definition }, Options(cancellationToken))).Workflow;
        }
    }

    /// <summary>Starts a run.</summary>
    /// <param name="workflow">Name of the workflow.</param>
    /// <param name="inputs">Inputs.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The accepted run.</returns>
    public async Task<Run> StartAsync(string workflow, Struct inputs, CancellationToken cancellationToken)
    {
        RunSpec spec = new() { RequestId = Guid.CreateVersion7().ToString(), WorkflowName = workflow, Inputs = inputs };
        return (await _runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, Options(cancellationToken))).Runs[0];
    }

    /// <summary>Watches a run to its end; a broken stream is resumed where it broke.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="onEvent">Called for each event, in order.</param>
    /// <param name="cancellationToken">Stops watching; the run goes on.</param>
    /// <returns>The ended run.</returns>
    public async Task<Run> WatchAsync(string runId, Action<RunEvent> onEvent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(onEvent);
        long sequence = 0;
        while (true)
        {
            try
            {
                using AsyncServerStreamingCall<WatchRunResponse> call = _runs.WatchRun(
                    new WatchRunRequest { RunId = runId, AfterSequence = sequence }, new CallOptions(_headers, cancellationToken: cancellationToken));
                while (await call.ResponseStream.MoveNext(cancellationToken))
                {
                    if (call.ResponseStream.Current.Event is { } e)
                    {
                        sequence = e.Sequence;
                        onEvent(e);
                    }
                }

                Run run = await GetAsync(runId, cancellationToken);
                if (run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled)
                {
                    return run;
                }
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    /// <summary>Reads a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The run.</returns>
    public async Task<Run> GetAsync(string runId, CancellationToken cancellationToken) =>
        (await _runs.GetRunAsync(new GetRunRequest { RunId = runId }, Options(cancellationToken))).Run;

    /// <summary>Reads all rows of a step's table.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="nodeId">The node.</param>
    /// <param name="port">The output port.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The rows.</returns>
    public async Task<TableRows> ReadTableAsync(string runId, string nodeId, string port, CancellationToken cancellationToken)
    {
        List<Table> pages = [];
        string token = string.Empty;
        do
        {
            ReadStepTableResponse page = await _runs.ReadStepTableAsync(
                new ReadStepTableRequest { RunId = runId, NodeId = nodeId, Port = port, PageSize = 10_000, PageToken = token }, Options(cancellationToken));
            pages.Add(page.Table);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return new TableRows(pages);
    }

    /// <summary>Says an event in one line.</summary>
    /// <param name="e">The event.</param>
    /// <returns>Text without a line feed.</returns>
    public static string Describe(RunEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        string time = e.Time.ToDateTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string rows = e.Step?.Metrics is { RowsOut: > 0 } m ? $" ({m.RowsOut} rows)" : string.Empty;
        string error = e.Error is { } failure ? $" {failure.Reason}: {failure.Message}" : string.Empty;
        return $"  {time} {e.Type} {e.NodeId}{rows} {e.Message}{error}".TrimEnd();
    }

    /// <inheritdoc />
    public void Dispose() => _channel.Dispose();

    private CallOptions Options(CancellationToken cancellationToken) =>
        new(_headers, DateTime.UtcNow + s_deadline, cancellationToken);
}

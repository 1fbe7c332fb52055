using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService.Loops;
using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>The calls of the Monitor. Every worker is looked up in the caller's project.</summary>
internal sealed class WorkerGrpc(
    WorkerStore store, LoadStore loads, AddressStore addresses, DialLoop dialer, SessionBoard board, SessionRunner runner, PoolWatch watch,
    IOptions<MonitorOptions> options)
    : WorkerService.WorkerServiceBase
{
    private const int PageSizeMax = 500;
    private const int LoadsMax = 2_000;

    /// <inheritdoc />
    public override async Task Connect(
        IAsyncStreamReader<ConnectRequest> requestStream, IServerStreamWriter<ConnectResponse> responseStream, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        if (board.Count >= options.Value.SessionsMax)
        {
            throw new RpcError(
                StatusCode.ResourceExhausted, "WORKERS_TOO_MANY", $"This replica holds {options.Value.SessionsMax} workers already.", retryAfter: TimeSpan.FromSeconds(5));
        }

        // Runners of the installation serve all projects and call Workflow themselves; a worker with a key serves the project of its key.
        string callProject = CallProject.ActorOf(context).StartsWith("service:", StringComparison.Ordinal) ? "" : project;
        await runner.RunAsync(project, callProject, requestStream, responseStream, context.CancellationToken);
    }

    /// <inheritdoc />
    public override async Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = request.PageSize switch
        {
            0 => 100,
            > 0 and <= PageSizeMax => request.PageSize,
            _ => throw RpcError.Invalid("PAGE_SIZE_INVALID", "page_size", $"The page size must be from 1 to {PageSizeMax}, was {request.PageSize}."),
        };
        string scope = $"ListWorkers/{project}/{string.Join(',', request.States.Distinct().Order())}";
        string after = "";
        if (request.PageToken.Length > 0)
        {
            after = PageToken.TryRead(request.PageToken, scope, 1, out IReadOnlyList<string> key)
                ? key[0]
                : throw RpcError.Invalid("PAGE_TOKEN_INVALID", "page_token", "The page token is damaged or belongs to another list.");
        }

        var response = new ListWorkersResponse();
        while (true)
        {
            List<WorkerRecord> rows = await store.ListAsync(project, after, PageSizeMax, context.CancellationToken);
            foreach (Worker worker in rows.Select(WorkerWriter.Write).Where(worker => request.States.Count == 0 || request.States.Contains(worker.State)))
            {
                if (response.Workers.Count == size)
                {
                    response.NextPageToken = PageToken.Write(scope, response.Workers[^1].Registration.Name);
                    return response;
                }

                response.Workers.Add(worker);
            }

            if (rows.Count < PageSizeMax)
            {
                return response;
            }

            after = rows[^1].Registration.Name;
        }
    }

    /// <inheritdoc />
    public override async Task<GetWorkerResponse> GetWorker(GetWorkerRequest request, ServerCallContext context) => new()
    {
        Worker = WorkerWriter.Write(await FindAsync(request.Name, context)),
    };

    /// <inheritdoc />
    public override async Task<DrainWorkerResponse> DrainWorker(DrainWorkerRequest request, ServerCallContext context) => new()
    {
        Worker = await SetDrainingAsync(request.Name, true, context),
    };

    /// <inheritdoc />
    public override async Task<ResumeWorkerResponse> ResumeWorker(ResumeWorkerRequest request, ServerCallContext context) => new()
    {
        Worker = await SetDrainingAsync(request.Name, false, context),
    };

    /// <inheritdoc />
    public override async Task<ListWorkerLoadsResponse> ListWorkerLoads(ListWorkerLoadsRequest request, ServerCallContext context)
    {
        int count = request.Count switch
        {
            0 => 500,
            > 0 and <= LoadsMax => request.Count,
            _ => throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "count", $"The count must be from 1 to {LoadsMax}, was {request.Count}."),
        };
        WorkerRecord worker = await FindAsync(request.Name, context);
        var response = new ListWorkerLoadsResponse();
        response.Samples.AddRange((await loads.ListAsync(worker.Key, WorkerReader.ReadInstant(request.StartTime, "start_time"), count, context.CancellationToken))
            .Select(sample => new Contracts.Worker.V1.WorkerLoadSample { Time = Timestamp.FromDateTimeOffset(sample.Time), Load = WorkerWriter.Write(sample.Load) }));
        return response;
    }

    /// <inheritdoc />
    public override async Task<GetWorkerStatisticsResponse> GetWorkerStatistics(GetWorkerStatisticsRequest request, ServerCallContext context)
    {
        List<WorkerRecord> workers = await watch.ReadPoolAsync(CallProject.Of(context), context.CancellationToken);
        List<WorkerRecord> connected = [.. workers.Where(worker => worker.Connection == WorkerRecord.Online)];
        var response = new GetWorkerStatisticsResponse
        {
            Capacity = connected.Where(worker => !worker.IsDraining).Sum(worker => worker.Registration.Capacity),
            RunningCount = connected.Sum(worker => worker.Load?.RunningCount ?? 0),
            CpuRatio = connected.Count == 0 ? 0 : connected.Sum(worker => worker.Load?.CpuRatio ?? 0) / connected.Count,
            MemoryBytes = connected.Sum(worker => worker.Load?.MemoryBytes ?? 0),
            SucceededCount = connected.Sum(worker => worker.Load?.SucceededCount ?? 0),
            FailedCount = connected.Sum(worker => worker.Load?.FailedCount ?? 0),
        };
        response.StateCounts.AddRange(workers.GroupBy(worker => worker.Status).OrderBy(group => group.Key)
            .Select(group => new WorkerStateCount { State = WorkerWriter.Write(group.Key), Count = group.Count() }));
        return response;
    }

    /// <inheritdoc />
    public override Task WatchWorkers(WatchWorkersRequest request, IServerStreamWriter<WatchWorkersResponse> responseStream, ServerCallContext context) =>
        watch.RunAsync(CallProject.Of(context), responseStream, context.CancellationToken);

    /// <inheritdoc />
    public override async Task<AddWorkerAddressResponse> AddWorkerAddress(AddWorkerAddressRequest request, ServerCallContext context)
    {
        DialedAddress added = await addresses.AddAsync(CallProject.Of(context), AddressText.Read(request.Address), request.Tls, context.CancellationToken)
            ?? throw new RpcError(StatusCode.ResourceExhausted, "WORKERS_TOO_MANY", $"A project may have {AddressStore.CountMax} addresses.");
        dialer.Wake();
        return new AddWorkerAddressResponse { Address = AddressText.Write(added) };
    }

    /// <inheritdoc />
    public override async Task<RemoveWorkerAddressResponse> RemoveWorkerAddress(RemoveWorkerAddressRequest request, ServerCallContext context)
    {
        await addresses.RemoveAsync(CallProject.Of(context), AddressText.Read(request.Address), context.CancellationToken);
        dialer.Wake();
        return new RemoveWorkerAddressResponse();
    }

    /// <inheritdoc />
    public override async Task<ListWorkerAddressesResponse> ListWorkerAddresses(ListWorkerAddressesRequest request, ServerCallContext context)
    {
        var response = new ListWorkerAddressesResponse();
        response.Addresses.AddRange((await addresses.ListAsync(CallProject.Of(context), context.CancellationToken)).Select(AddressText.Write));
        return response;
    }

    private async Task<Worker> SetDrainingAsync(string name, bool isDraining, ServerCallContext context)
    {
        WorkerRecord? worker = await store.SetDrainingAsync(CallProject.Of(context), name, isDraining, context.CancellationToken);
        board.Wake();
        return WorkerWriter.Write(worker ?? throw NotFound(name));
    }

    private async Task<WorkerRecord> FindAsync(string name, ServerCallContext context) =>
        await store.FindAsync(CallProject.Of(context), name, context.CancellationToken) ?? throw NotFound(name);

    private static RpcError NotFound(string name) => RpcError.NotFound("WORKER_NOT_FOUND", $"There is no worker {name} in this project.");
}

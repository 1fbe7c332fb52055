using EasyQuant.Contracts.Common.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Workflow and run services that remember definitions and answer every run with the same table.</summary>
internal sealed class FakePlatform : RunService.RunServiceBase
{
    private readonly Dictionary<string, Wire.WorkflowDefinition> _workflows = [];
    private RunSpec _spec = new();
    private int _watchCount;

    /// <summary>Definitions by name.</summary>
    public IReadOnlyDictionary<string, Wire.WorkflowDefinition> Workflows => _workflows;

    /// <summary>What the last run was asked for.</summary>
    public RunSpec Spec => _spec;

    public override Task<CreateRunsResponse> CreateRuns(CreateRunsRequest request, ServerCallContext context)
    {
        _spec = request.Runs.Single();
        _watchCount = 0;
        return Task.FromResult(new CreateRunsResponse { Runs = { RunIn(RunState.Queued, context) } });
    }

    public override Task<GetRunResponse> GetRun(GetRunRequest request, ServerCallContext context) =>
        Task.FromResult(new GetRunResponse { Run = RunIn(_spec.WorkflowName == "failing" ? RunState.Failed : RunState.Succeeded, context) });

    /// <summary>Breaks once in the middle; a client must go on after the event it saw.</summary>
    public override async Task WatchRun(WatchRunRequest request, IServerStreamWriter<WatchRunResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new WatchRunResponse(), context.CancellationToken);
        for (long sequence = request.AfterSequence + 1; sequence <= 4; sequence++)
        {
            var runEvent = new RunEvent { Sequence = sequence, RunId = request.RunId, Type = $"step.{sequence}", NodeId = "load" };
            await responseStream.WriteAsync(new WatchRunResponse { Event = runEvent }, context.CancellationToken);
            if (sequence == 2 && _watchCount++ == 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "restarting"));
            }
        }
    }

    public override Task<ReadStepTableResponse> ReadStepTable(ReadStepTableRequest request, ServerCallContext context)
    {
        if ((request.NodeId, request.Port) != ("sweep", "result.table"))
        {
            throw RpcError.NotFound("PORT_NOT_FOUND", $"{request.NodeId}.{request.Port}");
        }

        bool isFirst = request.PageToken.Length == 0;
        var table = new Table { RowCount = isFirst ? 2 : 1 };
        table.Columns.Add(new Column { Name = "sharpe", Type = ColumnType.Float64, Doubles = { isFirst ? [0.1, 0] : [-2.5e-7] }, NullRows = { isFirst ? [1] : [] } });
        table.Columns.Add(new Column { Name = "count", Type = ColumnType.Int64, Integers = { isFirst ? [1, -2] : [9007199254740991] } });
        table.Columns.Add(new Column { Name = "cash", Type = ColumnType.Decimal, Scale = 4, Integers = { isFirst ? [123400, -5] : [0] } });
        table.Columns.Add(new Column { Name = "day", Type = ColumnType.Date, Integers = { isFirst ? [0, 20458] : [-1] } });
        table.Columns.Add(new Column { Name = "at", Type = ColumnType.Timestamp, Integers = { isFirst ? [0, 1767605400000001] : [-1] } });
        table.Columns.Add(new Column { Name = "good", Type = ColumnType.Bool, Booleans = { isFirst ? [true, false] : [true] } });
        table.Columns.Add(new Column { Name = "name", Type = ColumnType.String, Strings = { isFirst ? ["a", "中"] : [""] } });
        return Task.FromResult(new ReadStepTableResponse { Table = table, NextPageToken = isFirst ? "next" : "", TotalRowCount = 3 });
    }

    /// <summary>Stores a definition; the name may be taken.</summary>
    public Wire.Workflow Store(Wire.WorkflowDefinition definition, bool mayExist)
    {
        bool isNew = _workflows.TryAdd(definition.Name, definition);
        if (!isNew && !mayExist)
        {
            throw new RpcError(StatusCode.AlreadyExists, "WORKFLOW_EXISTS", "exists");
        }

        _workflows[definition.Name] = definition;
        return new Wire.Workflow { Definition = definition, Version = isNew ? 1 : 2 };
    }

    private Run RunIn(RunState state, ServerCallContext context)
    {
        var run = new Run { RunId = "0198", WorkflowName = _spec.WorkflowName, ProjectId = CallProject.Of(context), State = state };
        if (state == RunState.Succeeded)
        {
            run.Outputs = Google.Protobuf.JsonParser.Default.Parse<Struct>("""{"table":{"table":{"artifact":"ab","row_count":3}},"best":{"fast":5,"list":[1,null]}}""");
        }
        else if (state == RunState.Failed)
        {
            run.Error = new RunError { Reason = "CSV_QUOTE_UNCLOSED", Message = "line 3" };
        }

        return run;
    }
}

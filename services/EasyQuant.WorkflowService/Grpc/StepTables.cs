using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Data;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Reads rows of the tables that steps put out, from the artifact files. Thread-safe.</summary>
internal sealed class StepTables(RunReader reader, IOptions<WorkflowServiceOptions> options)
{
    public async Task<ReadStepTableResponse> ReadAsync(RunRow run, ReadStepTableRequest request, CancellationToken cancellationToken)
    {
        int size = Requests.PageSize(request.PageSize, 1_000, 10_000);
        string scope = $"table/{run.ProjectId}/{run.RunId}/{request.NodeId}/{request.Port}";
        int first = Requests.Token(request.PageToken, scope, 1) is { } token ? int.Parse(token[0], CultureInfo.InvariantCulture) : 0;
        string artifact = await FindArtifactAsync(run, request, cancellationToken);
        Table table = await LoadAsync(artifact, cancellationToken);
        int count = Math.Clamp(table.RowCount - first, 0, size);
        return new ReadStepTableResponse
        {
            Table = TableCodec.ToWire(table.Slice(Math.Min(first, table.RowCount), count)),
            TotalRowCount = table.RowCount,
            NextPageToken = first + count < table.RowCount ? PageToken.Write(scope, (first + count).ToString(CultureInfo.InvariantCulture)) : "",
        };
    }

    private async Task<string> FindArtifactAsync(RunRow run, ReadStepTableRequest request, CancellationToken cancellationToken)
    {
        Step? step = await reader.FindStepAsync(run.RunId, request.NodeId, cancellationToken);
        if (step is not { State: StepState.Succeeded })
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "OUTPUT_NOT_READY",
                $"Step '{request.NodeId}' has no outputs: it is {(step?.State ?? StepState.Pending).ToString().ToLowerInvariant()}.");
        }

        if (step.Outputs is null || !step.Outputs.Fields.TryGetValue(request.Port, out Value? output))
        {
            throw RpcError.NotFound("PORT_NOT_FOUND", $"Step '{request.NodeId}' put nothing out of port '{Requests.Cut(request.Port)}'.");
        }

        string artifact = output.StructValue?.Fields.GetValueOrDefault("table")?.StructValue?.Fields.GetValueOrDefault("artifact")?.StringValue ?? "";
        // The hash becomes part of a path: only 64 hexadecimal digits may.
        return artifact.Length == 64 && artifact.All(char.IsAsciiHexDigitLower)
            ? artifact
            : throw RpcError.NotFound("PORT_NOT_FOUND", $"Port '{Requests.Cut(request.Port)}' of step '{request.NodeId}' carries a JSON value, not a table.");
    }

    private async Task<Table> LoadAsync(string artifact, CancellationToken cancellationToken)
    {
        string path = Path.Combine(options.Value.DataRoot, "artifacts", artifact[..2], $"{artifact}.eqt");
        if (options.Value.DataRoot.Length == 0 || !File.Exists(path))
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "ARTIFACT_NOT_FOUND",
                options.Value.DataRoot.Length == 0 ? "This service has no data root (EASYQUANT_DATA_ROOT)." : $"The table {artifact} is no longer stored.");
        }

        return TableFile.Read(await File.ReadAllBytesAsync(path, cancellationToken));
    }
}

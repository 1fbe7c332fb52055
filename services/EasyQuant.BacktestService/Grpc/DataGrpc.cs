using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Data;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using StoredTable = EasyQuant.BacktestService.Storage.DataTable;
using WireTable = EasyQuant.Contracts.Data.V1.DataTable;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about files and saved tables of the caller's project.</summary>
internal sealed class DataGrpc(Uploads uploads, ProjectFiles files, DataCatalog catalog, DataRows rows) : DataService.DataServiceBase
{
    /// <inheritdoc />
    public override async Task<UploadFileResponse> UploadFile(UploadFileRequest request, ServerCallContext context)
    {
        var part = new UploadPart(request.Path, request.UploadId, request.Offset, request.Content.Memory, request.Last, request.Sha256);
        (long byteCount, bool isComplete) = await uploads.StoreAsync(CallProject.Of(context), part, context.CancellationToken);
        return new UploadFileResponse { ByteCount = byteCount, Complete = isComplete };
    }

    /// <inheritdoc />
    public override Task<ListFilesResponse> ListFiles(ListFilesRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 200, 1_000);
        string scope = $"ListFiles/{project}/{request.PathPrefix}";
        string after = PageArguments.Key(request.PageToken, scope, 1)?[0] ?? "";
        var found = files.List(project, request.PathPrefix, after, size + 1);
        var response = new ListFilesResponse();
        response.Files.AddRange(found.Take(size).Select(file => new DataFile
        {
            Path = file.Path,
            ByteCount = file.ByteCount,
            UpdateTime = Timestamp.FromDateTimeOffset(file.UpdateTime),
        }));
        response.NextPageToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Path) : "";
        return Task.FromResult(response);
    }

    /// <inheritdoc />
    public override async Task<ListTablesResponse> ListTables(ListTablesRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 100, 500);
        string scope = $"ListTables/{project}";
        string after = PageArguments.Key(request.PageToken, scope, 1)?[0] ?? "";
        List<StoredTable> tables = await catalog.ListAsync(project, after, size + 1, context.CancellationToken);
        var response = new ListTablesResponse();
        response.Tables.AddRange(tables.Take(size).Select(Write));
        response.NextPageToken = tables.Count > size ? PageToken.Write(scope, tables[size - 1].Name) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<ReadTableResponse> ReadTable(ReadTableRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 1_000, 10_000);
        StoredTable table = await catalog.RequireAsync(project, request.Table, context.CancellationToken);
        string scope = $"ReadTable/{project}/{table.Name}/{request.Symbol}";
        IReadOnlyList<string> after = PageArguments.Key(request.PageToken, scope, Math.Max(1, table.KeyColumns.Count)) ?? [];
        string? symbol = request.Symbol.Length == 0 ? null : request.Symbol;
        (Table page, IReadOnlyList<string> next) = await rows.ReadAsync(table, symbol, after, size, context.CancellationToken);
        return new ReadTableResponse
        {
            Table = TableWriter.Write(page),
            NextPageToken = next.Count == 0 ? "" : PageToken.Write(scope, next),
        };
    }

    private static WireTable Write(StoredTable table)
    {
        var wire = new WireTable { Table = table.Name, RowCountEstimate = table.RowCountEstimate };
        wire.Columns.AddRange(table.Columns.Select(column => TableWriter.WriteSchema(column.Name, column.Type, column.Scale)));
        return wire;
    }
}

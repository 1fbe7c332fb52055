using System.Globalization;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Npgsql;

namespace EasyQuant.EndToEnd;

/// <summary>What bad input must not change: workflows with their versions, runs with their states, files, tables with their rows.</summary>
public static class PlatformState
{
    /// <summary>Reads all of it through the Gateway, the rows from the database.</summary>
    /// <returns>One line a thing, so that a difference shows itself.</returns>
    public static async Task<string> ReadAsync(PlatformFixture platform, CancellationToken cancellationToken)
    {
        using GatewayGrpc grpc = platform.Grpc();
        List<string> lines = [];
        await AddAsync(lines, async token =>
        {
            ListWorkflowsResponse page = await grpc.Workflows.ListWorkflowsAsync(new ListWorkflowsRequest { PageSize = 500, PageToken = token }, grpc.Options());
            return (page.Workflows.Select(w => $"workflow {w.Definition.Name} {w.Version}"), page.NextPageToken);
        });
        await AddAsync(lines, async token =>
        {
            ListRunsResponse page = await grpc.Runs.ListRunsAsync(new ListRunsRequest { PageSize = 500, PageToken = token }, grpc.Options());
            return (page.Runs.Select(r => $"run {r.RunId} {r.WorkflowName} {r.State}"), page.NextPageToken);
        });
        await AddAsync(lines, async token =>
        {
            ListFilesResponse page = await grpc.Data.ListFilesAsync(new ListFilesRequest { PageSize = 1000, PageToken = token }, grpc.Options());
            return (page.Files.Select(f => $"file {f.Path} {f.ByteCount}"), page.NextPageToken);
        });
        await AddTablesAsync(lines, platform, cancellationToken);
        return string.Join('\n', lines);
    }

    /// <summary>The same without runs: what a failed run must not change.</summary>
    public static async Task<string> ReadDataAsync(PlatformFixture platform, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        await AddTablesAsync(lines, platform, cancellationToken);
        return string.Join('\n', lines);
    }

    private static async Task AddAsync(List<string> lines, Func<string, Task<(IEnumerable<string> Lines, string Next)>> read)
    {
        string token = string.Empty;
        do
        {
            (IEnumerable<string> page, token) = await read(token);
            lines.AddRange(page);
        }
        while (token.Length > 0);
    }

    private static async Task AddTablesAsync(List<string> lines, PlatformFixture platform, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(await platform.Host.DatabaseAsync(cancellationToken));
        List<string> tables = [];
        await using (NpgsqlCommand list = database.CreateCommand("select table_name from information_schema.tables where table_schema = 'data' order by 1"))
        await using (NpgsqlDataReader reader = await list.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                tables.Add(reader.GetString(0));
            }
        }

        foreach (string table in tables)
        {
            await using NpgsqlCommand count = database.CreateCommand($"select count(*) from data.\"{table}\"");
            long rowCount = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"table {table} {rowCount}"));
        }
    }
}

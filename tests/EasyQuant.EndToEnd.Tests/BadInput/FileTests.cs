using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.EndToEnd.BadInput;

/// <summary>Files that cannot be read: the run fails at the node that read it, says why, and no row is written.</summary>
[Collection(PlatformCollection.Name)]
public sealed class FileTests(PlatformFixture platform)
{
    private const string Header = "symbol,trading_date,open,high,low,close,volume,amount\n";
    private const string Row = "600000.SH,2024-01-02,10.00,10.50,9.90,10.20,1000,10200.00\n";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    private static readonly Dictionary<string, (string Path, byte[]? Content, string Reason, string Fragment)> s_cases = new()
    {
        ["outside the root"] = ("../../keys/development.key", null, "FILE_OUTSIDE_ROOT", "../../keys/development.key"),
        ["absolute path"] = ("/etc/passwd", null, "FILE_OUTSIDE_ROOT", "/etc/passwd"),
        ["no such file"] = ("bad/none.csv", null, "FILE_NOT_FOUND", "bad/none.csv"),
        ["unclosed quote"] = ("bad/quote.csv", Encoding.UTF8.GetBytes(Header + Row + "\"600000.SH,2024-01-03,10.00\n" + Row), "CSV_UNCLOSED_QUOTE", "bad/quote.csv: Line 3"),
        ["overlong line"] = ("bad/line.csv", Encoding.UTF8.GetBytes(Header + Row + LongLine()), "CSV_LINE_TOO_LONG", "bad/line.csv: Line 3"),
        ["wrong encoding"] = ("bad/encoding.csv", [.. Encoding.UTF8.GetBytes(Header + Row), 0xff, 0xff, 0x80, 0x0a], "CSV_ENCODING", "bad/encoding.csv: Line 3"),
        ["truncated day file"] = ("bad/sh600000.day", new byte[40], "TDX_TRUNCATED", "bad/sh600000.day: The file has 40 bytes"),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task File_ThatCannotBeRead_FailsTheRunAtItsNode(string name)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        (string path, byte[]? content, string reason, string fragment) = s_cases[name];
        using PlatformClient client = platform.Client();
        if (content is not null)
        {
            await client.UploadAsync(path, content, deadline.Token);
        }

        string workflow = await StoreAsync(client, path.EndsWith(".day", StringComparison.Ordinal) ? "TdxLoader" : "CsvLoader", deadline.Token);
        string before = await PlatformState.ReadDataAsync(platform, deadline.Token);

        Run byGrpc = await client.StartAsync(workflow, Struct.Parser.ParseJson(new JsonObject { ["path"] = path }.ToJsonString()), deadline.Token);
        byGrpc = await client.WatchAsync(byGrpc.RunId, _ => { }, deadline.Token);
        JsonElement byRest = await new RestRuns(platform).RunAsync(workflow, new JsonObject { ["path"] = path }, deadline.Token);

        Assert.Equal(RunState.Failed, byGrpc.State);
        Assert.Equal(("load", reason), (byGrpc.Error.NodeId, byGrpc.Error.Reason));
        Assert.Contains(fragment, byGrpc.Error.Message, StringComparison.Ordinal);
        Assert.Equal("RUN_STATE_FAILED", byRest.GetProperty("state").GetString());
        JsonElement error = byRest.GetProperty("error");
        Assert.Equal(
            ("load", reason, byGrpc.Error.Message),
            (error.GetProperty("nodeId").GetString(), error.GetProperty("reason").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(before, await PlatformState.ReadDataAsync(platform, deadline.Token));
    }

    private static async Task<string> StoreAsync(PlatformClient client, string loader, CancellationToken cancellationToken)
    {
        JsonObject workflow = DefinitionCase.Base();
        workflow["name"] = "bad-file-" + loader.ToLowerInvariant();
        workflow["nodes"]![0]!["type"] = loader;
        await client.StoreWorkflowAsync(workflow.ToJsonString(), cancellationToken);
        return workflow["name"]!.GetValue<string>();
    }

    // Longer than 4 MiB, no field longer than 1 MiB.
    private static string LongLine() => string.Join(',', Enumerable.Repeat(new string('x', 900_000), 5)) + "\n";
}

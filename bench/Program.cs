using EasyQuant.Bench;
using EasyQuant.Bench.Data;
using EasyQuant.Bench.Engine;
using EasyQuant.Bench.Fanout;
using EasyQuant.Bench.Flow;
using EasyQuant.Bench.Grpc;
using EasyQuant.Bench.Pipeline;
using EasyQuant.Bench.Queue;
using EasyQuant.Bench.Runs;
using EasyQuant.Bench.Start;

Dictionary<string, Func<string[], CancellationToken, Task<int>>> benches = new(StringComparer.Ordinal)
{
    ["engine"] = EngineBench.RunAsync,
    ["fanout"] = FanoutBench.RunAsync,
    ["flow"] = FlowBench.RunAsync,
    ["grpc"] = GrpcBench.RunAsync,
    ["load"] = LoadBench.RunAsync,
    ["pipeline"] = PipelineBench.RunAsync,
    ["queue"] = QueueBench.RunAsync,
    ["runs"] = RunsBench.RunAsync,
    ["save"] = SaveBench.RunAsync,
    ["start"] = StartBench.RunAsync,
};

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args.Length == 0 || !benches.TryGetValue(args[0], out Func<string[], CancellationToken, Task<int>>? bench))
{
    await Console.Error.WriteLineAsync("usage: dotnet run -c Release --project bench -- NAME [ARGUMENTS]; NAME is one of " + string.Join(", ", benches.Keys.Order(StringComparer.Ordinal)));
    return 1;
}

return await bench(args[1..], stop.Token);

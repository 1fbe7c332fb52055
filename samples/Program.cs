using EasyQuant.Samples.Market;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args is ["generate", .. string[] rest])
{
    return await GenerateCommand.RunAsync(rest, stop.Token);
}

await Console.Error.WriteLineAsync("usage: dotnet run --project samples -- " + GenerateCommand.Usage);
return 2;

using EasyQuant.Samples.Demo;
using EasyQuant.Samples.Etl;
using EasyQuant.Samples.Market;
using EasyQuant.Samples.Orders;
using EasyQuant.Samples.Workers;

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

if (args is ["demo", .. string[] demo])
{
    return await DemoCommand.RunAsync(demo, stop.Token);
}

if (args is ["vendor", .. string[] vendor])
{
    return await VendorCommand.RunAsync(vendor, stop.Token);
}

if (args is ["broker", .. string[] broker])
{
    return await BrokerCommand.RunAsync(broker, stop.Token);
}

if (args is ["workers", .. string[] workers])
{
    return await WorkersCommand.RunAsync(workers, stop.Token);
}

await Console.Error.WriteLineAsync($"usage: dotnet run --project samples -- {GenerateCommand.Usage}\n       dotnet run --project samples -- {DemoCommand.Usage}\n       dotnet run --project samples -- {VendorCommand.Usage}\n       dotnet run --project samples -- {BrokerCommand.Usage}\n       dotnet run --project samples -- {WorkersCommand.Usage}");
return 2;

using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.LocalServers;
using EasyQuant.Services.Tests.Scheduler;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>A worker in a process of its own, that the platform dials and that can die.</summary>
internal static class WorkerProcess
{
    /// <summary>Starts a worker and waits until it is in the pool.</summary>
    public static async Task<Process> StartAsync(WorkerPlatform platform, string name, string failpoint = "")
    {
        int port = FreePorts.Next();
        var start = new ProcessStartInfo("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EasyQuant.RunnerService.dll"));
        foreach ((string setting, string? value) in new Dictionary<string, string?>(Database(platform))
        {
            ["EASYQUANT_DATA_ROOT"] = platform.Runner.Workflow.DataRoot,
            ["EASYQUANT_INTERNAL_CREDENTIAL"] = TestService.Credential,
            ["Runner:Name"] = name,
            ["Runner:Listen"] = "true",
            ["Runner:PollInterval"] = "00:00:00.200",
            ["Runner:MaxConcurrentRuns"] = "4",
            ["GRPC_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["Logging:LogLevel:Default"] = "Error",
            ["EQ_FAIL"] = failpoint,
        })
        {
            start.Environment[setting.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        Process process = Process.Start(start)!;
        try
        {
            await platform.Pool.AddWorkerAddressAsync(
                new AddWorkerAddressRequest { Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}") }, TestService.Headers("default"));
            await platform.BecomesAsync(name, one => one.Load is not null && one.Registration.ProcessId == process.Id);
            return process;
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Returns the settings of a worker whose nodes may use the database.</summary>
    public static Dictionary<string, string?> Database(WorkerPlatform platform) => new()
    {
        ["ConnectionStrings:easyquant"] = platform.Runner.Settings["ConnectionStrings:easyquant"],
        ["EASYQUANT_DATA_PASSWORD"] = platform.Runner.Settings["EASYQUANT_DATA_PASSWORD"],
    };
}

using System.Diagnostics;
using EasyQuant.Services.Tests.Scheduler;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>The Backtest service as a process of its own, with a failpoint armed.</summary>
internal sealed class BacktestProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _dataRoot;

    private BacktestProcess(Process process, string dataRoot)
    {
        _process = process;
        _dataRoot = dataRoot;
    }

    public static BacktestProcess Start(string database, string failpoints)
    {
        string root = Directory.CreateTempSubdirectory("eq-backtest-").FullName;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EasyQuant.BacktestService.dll")])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__easyquant"] = database;
        start.Environment["EASYQUANT_INTERNAL_CREDENTIAL"] = TestService.Credential;
        start.Environment["EASYQUANT_DATA_ROOT"] = root;
        start.Environment["Backtest__LeaseDuration"] = "00:00:02";
        start.Environment["Backtest__PollInterval"] = "00:00:00.1";
        start.Environment["EQ_FAIL"] = failpoints;
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The service did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new BacktestProcess(process, root);
    }

    /// <summary>Waits until the process is dead and returns its exit code.</summary>
    public async Task<int> DiesAsync(TimeSpan deadline)
    {
        using var source = new CancellationTokenSource(deadline);
        await _process.WaitForExitAsync(source.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_dataRoot, recursive: true);
    }
}

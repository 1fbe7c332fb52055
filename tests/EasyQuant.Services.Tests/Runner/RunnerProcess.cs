using System.Diagnostics;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>A Runner in a process of its own, that can die.</summary>
internal static class RunnerProcess
{
    public static Process Start(RunnerHost host, string failpoint, string itemFailpoint = "")
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EasyQuant.RunnerService.dll"));
        foreach ((string name, string? value) in host.Settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["EQ_FAIL"] = failpoint;
        start.Environment["EQ_ITEM_FAIL"] = itemFailpoint;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}

using System.Diagnostics;
using System.Globalization;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>Peak memory of a process that does nothing but hold the daily panel and sweep: measured in a process of its own.</summary>
internal static class SweepMemory
{
    /// <summary>First argument of the child process.</summary>
    public const string Mode = "memory";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    /// <summary>Starts this program again, sweeps <paramref name="combinations"/> there and returns the peak resident memory in MB.</summary>
    public static async Task<double> MeasureAsync(string? directory, int combinations, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SweepMemory).Assembly.Location);
        }

        start.ArgumentList.Add("engine");
        start.ArgumentList.Add(Mode);
        start.ArgumentList.Add(combinations.ToString(CultureInfo.InvariantCulture));
        if (directory is not null)
        {
            start.ArgumentList.Add(directory);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        using Process child = Process.Start(start) ?? throw new InvalidOperationException("The bench cannot start itself.");
        string output = await child.StandardOutput.ReadToEndAsync(deadline.Token);
        await child.WaitForExitAsync(deadline.Token);
        return child.ExitCode == 0
            ? double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The child process ended with {child.ExitCode}.");
    }

    /// <summary>The child: COUNT [DIRECTORY].</summary>
    public static int RunChild(string[] args)
    {
        int combinations = int.Parse(args[0], CultureInfo.InvariantCulture);
        MarketPanel panel = EngineData.DaysOnly(args.Length > 1 ? args[1] : null);
        for (int i = 0; i < 3; i++)
        {
            SignalSweep.Run(panel, EngineBench.Combinations(combinations), EngineBench.Settings(), RuleBook.China, 2, null, CancellationToken.None);
        }

        using var self = Process.GetCurrentProcess();
        Console.Out.WriteLine((self.PeakWorkingSet64 / 1_048_576.0).ToString("0.0", CultureInfo.InvariantCulture));
        return 0;
    }
}

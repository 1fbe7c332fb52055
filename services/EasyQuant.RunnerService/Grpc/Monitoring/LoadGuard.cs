using System.Globalization;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Processes;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Decides whether the worker takes work: not while it drains, not while nodes that were given up hold all slots, and not above its ceilings, its child processes included. Looks once a second at most. Thread-safe.</summary>
internal sealed partial class LoadGuard(IOptions<RunnerOptions> options, WorkerUsage usage, AbandonedNodes abandoned, TimeProvider time, ILogger<LoadGuard> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TimeSpan _cpu = usage.Now().Cpu;
    private long _since = time.GetTimestamp();
    private string _ceiling = "";

    /// <summary>Gets or sets whether the worker finishes what it runs and takes nothing new.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Says why nothing new is taken now; empty when work is taken.</summary>
    public string Refusal()
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            TimeSpan elapsed = time.GetElapsedTime(_since, now);
            if (elapsed >= s_interval)
            {
                (TimeSpan cpu, long memoryBytes) = usage.Now();
                string ceiling = Ceiling(memoryBytes, (cpu - _cpu) / elapsed / Environment.ProcessorCount, options.Value);
                (_cpu, _since) = (cpu, now);
                if ((ceiling.Length > 0) != (_ceiling.Length > 0))
                {
                    LogCeiling(ceiling.Length > 0 ? ceiling : "below its ceilings again");
                }

                _ceiling = ceiling;
            }

            return IsDraining ? "draining" : abandoned.Refusal is { Length: > 0 } refusal ? refusal : _ceiling;
        }
    }

    /// <summary>Says which ceiling is reached; empty for none.</summary>
    internal static string Ceiling(long memoryBytes, double cpuRatio, RunnerOptions options) =>
        options.MemoryCeilingBytes is { } memory && memoryBytes >= memory
            ? string.Create(CultureInfo.InvariantCulture, $"memory {memoryBytes >> 20} MiB, ceiling {memory >> 20} MiB")
            : options.CpuCeiling is { } cpu && cpuRatio >= cpu
                ? string.Create(CultureInfo.InvariantCulture, $"processors {cpuRatio:P0}, ceiling {cpu:P0}")
                : "";

    [LoggerMessage(2065, LogLevel.Warning, "The worker is at its limit or back from it: {State}.")]
    private partial void LogCeiling(string state);
}

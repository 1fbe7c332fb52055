using EasyQuant.EndToEnd;
using EasyQuant.LocalServers;

namespace EasyQuant.Faults.Harness;

/// <summary>One service of the platform as a process of its own, that dies with the tests. Not thread-safe.</summary>
internal sealed class ServiceProcess(string name, string project, Func<IReadOnlyDictionary<string, string?>> environment, string directory, Action<string> onLine)
{
    private ChildProcess? _process;

    /// <summary>Name in logs.</summary>
    public string Name => name;

    /// <summary>Id of the process that runs now.</summary>
    /// <exception cref="InvalidOperationException">None runs.</exception>
    public int Id => _process is { Exited.IsCompleted: false } process ? process.Id : throw new InvalidOperationException($"{name} does not run.");

    /// <summary>Whether a process runs now.</summary>
    public bool IsRunning => _process is { Exited.IsCompleted: false };

    /// <summary>Completes with the exit code of the process that was started last.</summary>
    public Task<int> Exited => _process?.Exited ?? throw new InvalidOperationException($"{name} was never started.");

    /// <summary>Starts the process; one that runs is left alone.</summary>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            return;
        }

        _process = await ChildProcess.StartAsync(
            new ProcessSpec
            {
                FileName = "dotnet",
                Arguments = [Repository.Built($"EasyQuant.{project}", $"EasyQuant.{project}.dll")],
                Environment = environment(),
                WorkingDirectory = directory,
                StopTimeout = TimeSpan.FromMinutes(1),
            },
            (line, _) => onLine($"{name}: {line}"));
    }

    /// <summary>Kills the process and what it started, as a crash would.</summary>
    public Task KillAsync() => _process is { Exited.IsCompleted: false } process ? process.KillAsync() : Task.CompletedTask;

    /// <summary>Kills and starts anew.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>Asks the process to end and waits; kills it when it does not.</summary>
    public Task<int> StopAsync() => _process is { } process ? process.StopAsync() : Task.FromResult(0);
}

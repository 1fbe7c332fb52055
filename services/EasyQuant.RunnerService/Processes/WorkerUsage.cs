using System.Diagnostics;

namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// Processor time and resident memory of this worker: of its own process and of the child processes that it has now. Memory that several of them map is counted in
/// each. The time of a child that has ended stays counted, so the sum only grows. Thread-safe.
/// </summary>
internal sealed class WorkerUsage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Process, Child> _children = [];
    private TimeSpan _ended;

    /// <summary>Counts a child process from now on.</summary>
    public void Add(Process process)
    {
        lock (_gate)
        {
            _children[process] = new Child(process);
        }
    }

    /// <summary>Counts a child process no more, but for the time that it has used. Call it before the process is disposed; harmless when it was done.</summary>
    public void Remove(Process process)
    {
        lock (_gate)
        {
            if (_children.Remove(process, out Child? child))
            {
                child.Look();
                _ended += child.Cpu;
            }
        }
    }

    /// <summary>Returns what the worker has used: processor time since its start, and resident bytes now.</summary>
    public (TimeSpan Cpu, long MemoryBytes) Now()
    {
        (TimeSpan cpu, long memoryBytes) = Children();
        return (Environment.CpuUsage.TotalTime + cpu, Environment.WorkingSet + memoryBytes);
    }

    /// <summary>Returns the share of the child processes.</summary>
    internal (TimeSpan Cpu, long MemoryBytes) Children()
    {
        lock (_gate)
        {
            TimeSpan cpu = _ended;
            long memoryBytes = 0;
            foreach (Child child in _children.Values)
            {
                child.Look();
                cpu += child.Cpu;
                memoryBytes += child.MemoryBytes;
            }

            return (cpu, memoryBytes);
        }
    }

    private sealed class Child(Process process)
    {
        public TimeSpan Cpu { get; private set; }

        public long MemoryBytes { get; private set; }

        public void Look()
        {
            try
            {
                process.Refresh();
                TimeSpan cpu = process.TotalProcessorTime;
                Cpu = cpu > Cpu ? cpu : Cpu;
                MemoryBytes = process.WorkingSet64;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended: what it had used when it was last seen stays.
                MemoryBytes = 0;
            }
        }
    }
}

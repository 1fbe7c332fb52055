using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>
/// Everything that an application keeps between starts: servers' data, generated secrets (0600), ports, logs. One AppHost at a time; processes that
/// a killed AppHost left are ended when the directory is opened. Thread-safe.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockFile = "apphost.lock";
    private const string ProcessFile = "processes";
    private const string PortFile = "ports.json";

    private readonly Lock _lock = new();
    private readonly FileStream _held;
    private readonly Dictionary<string, int> _ports;
    private readonly HashSet<int> _processes = [];

    private DataDirectory(string path, FileStream held, UnixUser? projectUser)
    {
        Path = path;
        _held = held;
        ProjectUser = projectUser;
        _ports = Read<Dictionary<string, int>>(PortFile) ?? [];
    }

    public string Path { get; }

    /// <summary>Account that projects run as; null for the account of the AppHost.</summary>
    public UnixUser? ProjectUser { get; }

    public static DataDirectory Open(string path, long freeMiBMin)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream held;
        try
        {
            try
            {
                Directory.CreateDirectory(path);
            }
            catch (IOException exception)
            {
                throw new DistributedApplicationException($"The data directory '{path}' cannot be made ({exception.Message}). Choose another directory with --data.", exception);
            }

            held = new FileStream(System.IO.Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new DistributedApplicationException($"Another AppHost uses the data directory '{path}'. Stop it, or choose another directory with --data.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DistributedApplicationException(
                $"'{Environment.UserName}' may not write to the data directory '{path}'. Give the right, or choose another directory with --data.", exception);
        }

        long freeMiB = new DriveInfo(path).AvailableFreeSpace / (1024 * 1024);
        if (freeMiB < freeMiBMin)
        {
            held.Dispose();
            throw new DistributedApplicationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The file system of the data directory '{path}' has {freeMiB} MiB left, at least {freeMiBMin} MiB are needed. Make room, or choose another directory with --data."));
        }

        var directory = new DataDirectory(path, held, UnixUser.ToRunAs("easyquant", "nobody"));
        directory.EndAbandoned();
        Directory.CreateDirectory(directory.PathOf("logs"));
        return directory;
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a directory that the projects own.</summary>
    public string OpenToProjects(string name, bool isPrivate)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(path);
        ProjectUser?.Own(path);
        if (isPrivate)
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    /// <summary>Returns the port used last time when it is free, otherwise a new one, which is kept.</summary>
    public int Port(string name)
    {
        lock (_lock)
        {
            if (_ports.TryGetValue(name, out int known) && FreePorts.IsFree(known))
            {
                return known;
            }

            int port = FreePorts.Next();
            _ports[name] = port;
            File.WriteAllText(PathOf(PortFile), JsonSerializer.Serialize(_ports));
            return port;
        }
    }

    /// <summary>Remembers processes, so that the next start can end them if this one cannot.</summary>
    public void Track(IEnumerable<int> processIds)
    {
        lock (_lock)
        {
            _processes.UnionWith(processIds);
            WriteProcesses();
        }
    }

    public void Forget(IEnumerable<int> processIds)
    {
        lock (_lock)
        {
            _processes.ExceptWith(processIds);
            WriteProcesses();
        }
    }

    public void Dispose() => _held.Dispose();

    // Renamed into place: whoever reads, and the start after a kill, sees the whole list.
    private void WriteProcesses()
    {
        string written = PathOf(ProcessFile + ".new");
        File.WriteAllLines(written, _processes.Select(id => string.Create(CultureInfo.InvariantCulture, $"{id} {StartTimeOf(id)}")));
        File.Move(written, PathOf(ProcessFile), overwrite: true);
    }

    private void EndAbandoned()
    {
        string path = PathOf(ProcessFile);
        if (!File.Exists(path))
        {
            return;
        }

        foreach (string line in File.ReadLines(path))
        {
            string[] parts = line.Split(' ');
            // The start time tells a survivor from a stranger that got the same id.
            if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 1
                && parts[1].Length > 0 && StartTimeOf(id) == parts[1])
            {
                ChildProcess.KillGroup(id);
            }
        }

        File.Delete(path);
    }

    private static string StartTimeOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            // Fields after the name in parentheses, which may hold anything: state is the first, start time the twentieth.
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private T? Read<T>(string name)
        where T : class
    {
        try
        {
            return File.Exists(PathOf(name)) ? JsonSerializer.Deserialize<T>(File.ReadAllText(PathOf(name))) : null;
        }
        catch (JsonException)
        {
            return null; // A half-written file of a killed AppHost: ports are chosen anew.
        }
    }
}

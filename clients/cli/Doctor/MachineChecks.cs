using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EasyQuant.Persistence;

namespace EasyQuant.Cli.Doctor;

/// <summary>The checks of <c>eq doctor</c>: what a machine needs to run the platform. Leaves nothing behind: the data directory gets one probe file that is removed again.</summary>
public static partial class MachineChecks
{
    private const long DiskBytesMin = 2L << 30;
    private static readonly Version s_rabbitVersionMin = new(3, 10);

    /// <summary>Runs every check in a fixed order.</summary>
    /// <param name="dataDirectory">Directory in which the platform keeps its state; need not exist.</param>
    /// <returns>One result a check.</returns>
    public static IReadOnlyList<CheckResult> RunAll(string dataDirectory) =>
    [
        Dotnet(),
        Postgres(),
        RabbitMq(),
        Erlang(),
        Rights(),
        DataDirectory(dataDirectory),
        Disk(dataDirectory),
        Ports(),
        TimeZones(),
        Dashboard(dataDirectory),
    ];

    /// <summary>Reads the first number such as 15 or 3.10.8 out of a version text.</summary>
    /// <param name="text">Text that a program printed, for example "postgres (PostgreSQL) 15.18".</param>
    /// <returns>The version, or null when there is none.</returns>
    public static Version? ParseVersion(string? text)
    {
        Match match = VersionPattern().Match(text ?? string.Empty);
        if (!match.Success)
        {
            return null;
        }

        string number = match.Value.Contains('.', StringComparison.Ordinal) ? match.Value : match.Value + ".0";
        return Version.TryParse(number, out Version? version) ? version : null;
    }

    private static CheckResult Dotnet()
    {
        string? sdk = ProcessProbe.TryRun("dotnet", "--version");
        return sdk is not null && sdk.StartsWith("10.", StringComparison.Ordinal)
            ? new(".NET SDK", CheckState.Ok, sdk)
            : new(".NET SDK", CheckState.Warning, sdk ?? "not found; only needed to build", "install the .NET SDK 10.0 from https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    private static CheckResult Postgres()
    {
        const string Remedy = "sudo apt-get install -y postgresql";
        string? binary = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin", "postgres")).LastOrDefault(File.Exists)
            : null;
        binary ??= ProcessProbe.Find("postgres");
        Version? version = binary is null ? null : ParseVersion(ProcessProbe.TryRun(binary, "--version"));
        return version switch
        {
            null => new("PostgreSQL", CheckState.Fault, "not found", Remedy),
            { Major: < PostgresVersion.Min } => new("PostgreSQL", CheckState.Fault, $"{version}, at least {PostgresVersion.Min} is needed", Remedy),
            _ => new("PostgreSQL", CheckState.Ok, $"{version} ({binary})"),
        };
    }

    private static CheckResult RabbitMq()
    {
        const string Remedy = "sudo apt-get install -y rabbitmq-server";
        string? binary = new[] { "/usr/lib/rabbitmq/bin/rabbitmq-server" }.FirstOrDefault(File.Exists) ?? ProcessProbe.Find("rabbitmq-server");
        if (binary is null)
        {
            return new("RabbitMQ", CheckState.Fault, "not found", Remedy);
        }

        string? package = Directory.Exists("/usr/lib/rabbitmq/lib")
            ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        Version? version = ParseVersion(package is null ? null : Path.GetFileName(package));
        return version is not null && version < s_rabbitVersionMin
            ? new("RabbitMQ", CheckState.Fault, $"{version}, at least {s_rabbitVersionMin} is needed", Remedy)
            : new("RabbitMQ", CheckState.Ok, $"{version?.ToString() ?? "version unknown"} ({binary})");
    }

    private static CheckResult Erlang()
    {
        string? erl = ProcessProbe.Find("erl");
        return erl is null
            ? new("Erlang", CheckState.Fault, "not found; RabbitMQ needs it", "sudo apt-get install -y erlang-base")
            : new("Erlang", CheckState.Ok, erl);
    }

    private static CheckResult Rights()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new("Rights", CheckState.Ok, $"ordinary user {Environment.UserName}");
        }

        if (ProcessProbe.Find("setpriv") is null)
        {
            return new("Rights", CheckState.Fault, "root, but setpriv is missing to start the servers unprivileged", "sudo apt-get install -y util-linux");
        }

        string[] missing = [.. new[] { "postgres", "rabbitmq" }.Where(u => ProcessProbe.TryRun("id", "-u", u) is null)];
        return missing.Length == 0
            ? new("Rights", CheckState.Ok, "root; servers and services run as unprivileged users")
            : new("Rights", CheckState.Fault, "root, and these users are missing: " + string.Join(", ", missing), "sudo apt-get install -y postgresql rabbitmq-server");
    }

    /// <summary>Finds a folder on the way to a path that accounts other than its owner cannot pass.</summary>
    /// <param name="path">Path whose existing parents are looked at; need not exist itself.</param>
    /// <returns>The outermost closed folder, or null when the way is open.</returns>
    public static string? FindClosedParent(string path)
    {
        string? closed = null;
        for (string? folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!OperatingSystem.IsWindows() && Directory.Exists(folder) && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute))
            {
                closed = folder;
            }
        }

        return closed;
    }

    private static CheckResult DataDirectory(string dataDirectory)
    {
        if (Environment.IsPrivilegedProcess && FindClosedParent(dataDirectory) is { } closed)
        {
            return new("Data directory", CheckState.Fault, $"the unprivileged servers cannot pass {closed}", $"chmod o+x '{closed}'   (or: ./run.sh --data DIR)");
        }

        string probe = Path.Combine(dataDirectory, ".eq-doctor");
        bool existed = Directory.Exists(dataDirectory);
        try
        {
            Directory.CreateDirectory(dataDirectory);
            File.WriteAllText(probe, string.Empty);
            File.Delete(probe);
            if (!existed)
            {
                Directory.Delete(dataDirectory);
            }

            return new("Data directory", CheckState.Ok, dataDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("Data directory", CheckState.Fault, e.Message, $"./run.sh --data DIR   (or: sudo install -d -o \"$USER\" '{dataDirectory}')");
        }
    }

    private static CheckResult Disk(string dataDirectory)
    {
        string existing = Path.GetFullPath(dataDirectory);
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        long free = new DriveInfo(existing).AvailableFreeSpace;
        string found = (free / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture) + " GiB free";
        return free >= DiskBytesMin
            ? new("Disk", CheckState.Ok, found)
            : new("Disk", CheckState.Fault, found + ", at least 2 GiB are needed", "free space, or ./run.sh --data DIR on a larger disk");
    }

    private static CheckResult Ports()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen(1);
            return new("Ports", CheckState.Ok, "loopback ports can be opened");
        }
        catch (SocketException e)
        {
            return new("Ports", CheckState.Fault, e.Message, "sudo ip link set lo up");
        }
    }

    private static CheckResult TimeZones() =>
        TimeZoneInfo.TryFindSystemTimeZoneById("Asia/Shanghai", out _)
            ? new("Time zones", CheckState.Ok, "IANA data found")
            : new("Time zones", CheckState.Fault, "Asia/Shanghai is unknown", "sudo apt-get install -y tzdata");

    private static CheckResult Dashboard(string dataDirectory)
    {
        string? path = DashboardLocations(dataDirectory).FirstOrDefault(File.Exists) ?? ProcessProbe.Find("aspire");
        return path is not null
            ? new("Dashboard", CheckState.Ok, path)
            : new("Dashboard", CheckState.Warning, "not found; the platform runs without it", "./run.sh   (fetches it with npm), or install the Aspire CLI");
    }

    private static IEnumerable<string> DashboardLocations(string dataDirectory)
    {
        string? named = Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_PATH");
        if (!string.IsNullOrEmpty(named))
        {
            yield return named;
        }

        yield return Path.Combine(dataDirectory, "dashboard", "bundle", "managed", "aspire-managed");
        yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire", "bundle", "managed", "aspire-managed");
    }

    [GeneratedRegex(@"\d+(\.\d+){0,2}")]
    private static partial Regex VersionPattern();
}

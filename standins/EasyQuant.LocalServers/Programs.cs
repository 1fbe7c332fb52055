using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EasyQuant.LocalServers;

/// <summary>
/// Finds the server programs: in the places where Debian, Ubuntu and the PostgreSQL project install them, then on PATH; or only in directories that
/// somebody names. Immutable, thread-safe.
/// </summary>
public sealed partial class Programs
{
    /// <summary>Oldest major version of PostgreSQL that is taken: what the platform needs, see <c>PostgresVersion</c> of EasyQuant.Persistence.</summary>
    public const int PostgresVersionMin = 15;

    private const string PostgresRoot = "/usr/lib/postgresql";
    private static readonly TimeSpan s_versionTimeout = TimeSpan.FromSeconds(20);

    private readonly string? _only;
    private readonly string _path;

    /// <summary>Chooses where to look.</summary>
    /// <param name="only">Directories to look in and nowhere else, separated by colons; null for the usual places and PATH.</param>
    public Programs(string? only)
    {
        _only = only;
        _path = only ?? Environment.GetEnvironmentVariable("PATH") ?? "";
    }

    /// <summary>Looks in the usual places and on PATH.</summary>
    public static Programs OfMachine { get; } = new(only: null);

    /// <summary>Returns the directory with <c>postgres</c> and <c>initdb</c>: that of the wanted version, or the newest that is not older than <see cref="PostgresVersionMin"/>.</summary>
    /// <param name="majorVersion">Major version that an existing data directory needs; null for the newest.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says what was looked for, where, and how to install it.</exception>
    public string PostgresDirectory(int? majorVersion)
    {
        string? best = PostgresCandidates().Where(found => found.Version >= PostgresVersionMin && (majorVersion is null || found.Version == majorVersion))
            .OrderByDescending(found => found.Version).Select(found => found.Path).FirstOrDefault();
        if (best is not null)
        {
            return best;
        }

        string where = Where("postgres with initdb", [PostgresRoot + "/*/bin"]);
        throw new InvalidOperationException(majorVersion switch
        {
            null => $"PostgreSQL {PostgresVersionMin} or later is not installed ({where}). Install it: apt-get install postgresql",
            < PostgresVersionMin =>
                $"The data directory was made by PostgreSQL {majorVersion}, {PostgresVersionMin} or later is needed. Upgrade it (pg_upgradecluster) or move the data directory away.",
            _ => $"The data directory was made by PostgreSQL {majorVersion}, which is not installed ({where}). Install it (apt-get install postgresql-{majorVersion}) or move the data directory away.",
        });
    }

    /// <summary>Returns the script that starts RabbitMQ without Debian's wrapper, which insists on its own account.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says what was looked for, where, and how to install it.</exception>
    public string RabbitMqServer() => Find("RabbitMQ", "rabbitmq-server", "rabbitmq-server", ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"]);

    /// <summary>Returns Erlang's port mapper.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says what was looked for, where, and how to install it.</exception>
    public string Epmd() => Find("Erlang", "epmd", "rabbitmq-server", ["/usr/bin", "/usr/local/bin", "/usr/lib/erlang/bin"]);

    /// <summary>Returns the Redis server.</summary>
    /// <returns>An absolute path.</returns>
    /// <exception cref="InvalidOperationException">There is none; the message says what was looked for, where, and how to install it.</exception>
    public string RedisServer() => Find("Redis", "redis-server", "redis-server", ["/usr/bin", "/usr/local/bin"]);

    private IEnumerable<string> OnPath => _path.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted);

    private string Find(string product, string program, string package, IReadOnlyList<string> usual) =>
        (_only is null ? usual.Concat(OnPath) : OnPath).Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{product} is not installed ({Where(program, usual)}). Install it: apt-get install {package}");

    private string Where(string program, IReadOnlyList<string> usual) =>
        _only is null ? $"{program} is neither in {string.Join(", ", usual)} nor on PATH" : $"{program} is not in {_only}";

    private IEnumerable<(int Version, string Path)> PostgresCandidates()
    {
        if (_only is null && Directory.Exists(PostgresRoot))
        {
            foreach (string directory in Directory.GetDirectories(PostgresRoot))
            {
                string bin = Path.Combine(directory, "bin");
                if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int version) && HasPostgres(bin))
                {
                    yield return (version, bin);
                }
            }
        }

        foreach (string directory in OnPath.Where(HasPostgres))
        {
            yield return (VersionOf(Path.Combine(directory, "postgres")), directory);
        }
    }

    private static bool HasPostgres(string directory) => File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));

    // Outside of Debian's layout only the program itself knows: "postgres (PostgreSQL) 17.2".
    private static int VersionOf(string program)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_versionTimeout))
        {
            process.Kill();
            return 0;
        }

        Match match = PostgresVersion().Match(output.GetAwaiter().GetResult());
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d{1,3})", RegexOptions.CultureInvariant)]
    private static partial Regex PostgresVersion();
}

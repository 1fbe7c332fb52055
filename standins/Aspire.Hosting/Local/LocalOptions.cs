using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>Settings of running without containers; section <c>LocalHosting</c>.</summary>
internal sealed class LocalOptions
{
    public const string DataDirectoryKey = "LocalHosting:DataDirectory";

    /// <summary>Where the application keeps its data between starts; created when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Directories under it that projects own, comma separated; a leading <c>!</c> closes one to everybody else.</summary>
    public required IReadOnlyList<string> ProjectDirectories { get; init; }

    /// <summary>True leaves the dashboard out.</summary>
    public required bool DisableDashboard { get; init; }

    /// <summary>True prints nothing (tests).</summary>
    public required bool IsQuiet { get; init; }

    /// <summary>Free space that the data directory must have, MiB; 256 by default. RabbitMQ takes no messages below 100 MB.</summary>
    public required long FreeMiBMin { get; init; }

    /// <summary>How long a service may take to end after SIGTERM before it is killed; 25 s by default.</summary>
    public required TimeSpan StopTimeout { get; init; }

    /// <summary>The same for servers; 30 s by default.</summary>
    public required TimeSpan ServerStopTimeout { get; init; }

    /// <summary>Pause before a crashed project is started again for the first time, from 1 ms to 30 s; it doubles with each crash in a row, up to 30 s. 0.25 s by default.</summary>
    public required TimeSpan RestartDelay { get; init; }

    /// <summary>Directories of the server programs, separated by colons, and nowhere else; null looks in the usual places and on PATH.</summary>
    public string? ServerPrograms { get; init; }

    /// <summary>Path of the dashboard program; null looks in the usual places.</summary>
    public string? DashboardPath { get; init; }

    /// <summary>Name shown by the dashboard.</summary>
    public required string ApplicationName { get; init; }

    public static LocalOptions From(IConfiguration configuration, DistributedApplicationOptions options, string applicationName)
    {
        bool.TryParse(configuration["LocalHosting:Quiet"], out bool quiet);
        return new LocalOptions
        {
            DataDirectory = configuration[DataDirectoryKey] ?? DefaultDirectory(applicationName),
            ProjectDirectories = configuration["LocalHosting:ProjectDirectories"]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            DisableDashboard = options.DisableDashboard,
            IsQuiet = quiet,
            FreeMiBMin = configuration.GetValue("LocalHosting:FreeMiBMin", 256L),
            StopTimeout = configuration.GetValue("LocalHosting:StopTimeout", TimeSpan.FromSeconds(25)),
            ServerStopTimeout = configuration.GetValue("LocalHosting:ServerStopTimeout", TimeSpan.FromSeconds(30)),
            RestartDelay = ReadRestartDelay(configuration),
            ServerPrograms = configuration["LocalHosting:ServerPrograms"],
            DashboardPath = configuration["ASPIRE_DASHBOARD_PATH"],
            ApplicationName = applicationName,
        };
    }

    private static TimeSpan ReadRestartDelay(IConfiguration configuration)
    {
        TimeSpan delay = configuration.GetValue("LocalHosting:RestartDelay", TimeSpan.FromSeconds(0.25));
        return delay >= TimeSpan.FromMilliseconds(1) && delay <= ProcessSupervisor.RestartDelayMax
            ? delay
            : throw new DistributedApplicationException($"LocalHosting:RestartDelay is a time from 00:00:00.001 to {ProcessSupervisor.RestartDelayMax:c}, got {delay:c}.");
    }

    /// <summary>Returns the data directory of an application that is being described.</summary>
    public static string DirectoryOf(IDistributedApplicationBuilder builder) =>
        builder.Configuration[DataDirectoryKey] ?? DefaultDirectory(((DistributedApplicationBuilder)builder).ApplicationName);

    /// <summary>Data directory of an application that names none.</summary>
    public static string DefaultDirectory(string applicationName)
    {
        string name = applicationName.ToLowerInvariant();
        if (EasyQuant.LocalServers.UnixUser.IsRoot)
        {
            return Path.Combine("/var/lib", name);
        }

        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, name);
    }
}

using Aspire.Hosting.Local;

namespace Aspire.Hosting.Dashboard;

/// <summary>Finds the official dashboard: <c>ASPIRE_DASHBOARD_PATH</c>, the data directory, the default data directory, an installed Aspire CLI.</summary>
internal static class DashboardLocator
{
    public const string Advice =
        "The Aspire dashboard is not installed. ./run.sh installs it from npm (@microsoft/aspire-cli-linux-x64); or install the Aspire CLI (https://aspire.dev) and run 'aspire setup', or set ASPIRE_DASHBOARD_PATH to aspire-managed.";

    private const string Installed = "dashboard/bundle/managed/aspire-managed";

    public static string? Find(LocalOptions options, DataDirectory data)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] candidates =
        [
            options.DashboardPath,
            data.PathOf(Installed),
            Path.Combine(LocalOptions.DefaultDirectory(options.ApplicationName), Installed),
            Path.Combine(Environment.GetEnvironmentVariable("ASPIRE_HOME") ?? Path.Combine(home, ".aspire"), "bundle", "managed", "aspire-managed"),
        ];
        return candidates.FirstOrDefault(candidate => !string.IsNullOrEmpty(candidate) && File.Exists(candidate));
    }
}

using System.Text.Json;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Packages of npm below the artifacts of the build.</summary>
internal static class NodePackages
{
    internal const string Install = "install node 20 or later and npm (on Debian: apt-get install nodejs npm)";

    private static readonly Dictionary<string, string> s_noVariables = [];

    /// <summary>Where the peers work.</summary>
    internal static string Work { get; } = Path.Combine(FindArtifacts(), "interop");

    /// <summary>Installs packages of exact versions, once, and returns the folder that has them in <c>node_modules</c>.</summary>
    internal static async Task<string> InstallAsync(string name, string[] packages)
    {
        string directory = Path.Combine(Work, name);
        Directory.CreateDirectory(directory);
        if (!packages.All(package => IsInstalled(directory, package)))
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "package.json"), """{ "private": true }""", CancellationToken.None);
            await PeerProcess.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact", .. packages], s_noVariables, directory, Install);
        }

        return directory;
    }

    private static bool IsInstalled(string directory, string package)
    {
        int at = package.LastIndexOf('@');
        string manifest = Path.Combine(directory, "node_modules", package[..at], "package.json");
        return File.Exists(manifest)
            && JsonDocument.Parse(File.ReadAllText(manifest)).RootElement.GetProperty("version").GetString() == package[(at + 1)..];
    }

    private static string FindArtifacts()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (directory.Name == "artifacts")
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not under a directory named artifacts.");
    }
}

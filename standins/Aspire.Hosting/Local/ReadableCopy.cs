using System.Globalization;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>
/// Gives projects that run as another account something they can read: where the checkout is closed to that account (a home directory, say), the
/// build output and the settings files are copied into the data directory, again whenever they changed. Thread-safe.
/// </summary>
internal sealed class ReadableCopy(DataDirectory data)
{
    private readonly Lock _lock = new();

    public (string Assembly, string WorkingDirectory) For(string assembly, string projectDirectory)
    {
        if (data.ProjectUser is not { } user)
        {
            return (assembly, projectDirectory);
        }

        if (!IsOpenTo(user, DotnetHost.Path))
        {
            throw new DistributedApplicationException(
                $"The services run as '{user.Name}', which cannot read '{DotnetHost.Path}'. Install the .NET SDK outside of root's home directory (for example in /usr/share/dotnet), or start as an ordinary user.");
        }

        string output = Path.GetDirectoryName(assembly)!;
        if (IsOpenTo(user, assembly) && IsOpenTo(user, projectDirectory))
        {
            return (assembly, projectDirectory);
        }

        lock (_lock)
        {
            string target = data.PathOf(Path.Combine("app", Path.GetFileNameWithoutExtension(assembly)));
            Copy(output, target, recursive: true);
            Copy(projectDirectory, target, recursive: false);
            return (Path.Combine(target, Path.GetFileName(assembly)), target);
        }
    }

    private static bool IsOpenTo(UnixUser user, string path)
    {
        for (string? current = path; current is not null; current = Path.GetDirectoryName(current))
        {
            UnixFileMode mode = File.GetUnixFileMode(current);
            UnixFileMode needed = Directory.Exists(current) ? UnixFileMode.OtherExecute : UnixFileMode.OtherRead;
            if ((mode & needed) == 0)
            {
                return false;
            }
        }

        return user.UserId != 0;
    }

    private static void Copy(string source, string target, bool recursive)
    {
        const UnixFileMode open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(target);
        File.SetUnixFileMode(target, open);
        // Of a project directory only its settings: the rest is source.
        foreach (FileInfo file in new DirectoryInfo(source).EnumerateFiles(recursive ? "*" : "appsettings*.json"))
        {
            var copy = new FileInfo(Path.Combine(target, file.Name));
            if (!copy.Exists || copy.Length != file.Length || copy.LastWriteTimeUtc != file.LastWriteTimeUtc)
            {
                file.CopyTo(copy.FullName, overwrite: true);
                File.SetLastWriteTimeUtc(copy.FullName, file.LastWriteTimeUtc);
                File.SetUnixFileMode(copy.FullName, open);
            }
        }

        if (recursive)
        {
            foreach (string directory in Directory.GetDirectories(source))
            {
                Copy(directory, Path.Combine(target, Path.GetFileName(directory)), recursive: true);
            }
        }
    }
}

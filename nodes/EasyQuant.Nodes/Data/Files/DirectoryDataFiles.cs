using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes.Data.Files;

/// <summary>
/// The regular files below one directory. A path that leaves it, also through a symbolic link, is refused; devices, pipes and sockets are refused.
/// Safe for concurrent use.
/// </summary>
public sealed class DirectoryDataFiles : IDataFiles, IDataSink
{
    private static readonly string[] s_written = [".csv", ".arrow", ".arrows", ".feather", ".parquet"];

    /// <summary>Largest number of files that <see cref="Find"/> returns or looks at: 100,000.</summary>
    public const int FilesMax = 100_000;

    private readonly string _root;
    private readonly string _rootWithSeparator;

    /// <summary>Creates the view of a directory.</summary>
    /// <param name="root">Existing directory; links in its own path are resolved once.</param>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    public DirectoryDataFiles(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (!Directory.Exists(full))
        {
            throw new DirectoryNotFoundException($"The data root '{full}' does not exist.");
        }

        _root = RealPath(full);
        _rootWithSeparator = _root == "/" ? "/" : _root + Path.DirectorySeparatorChar;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        string full = Resolve(path);
        if (!File.Exists(full))
        {
            throw Directory.Exists(full)
                ? new NodeException("FILE_NOT_REGULAR", $"`{path}` is a directory.")
                : new NodeException("FILE_NOT_FOUND", $"There is no file `{path}` in the data directory.");
        }

        // Opening a pipe would wait for its writer, so the kind is looked at before, and what was opened is looked at after:
        // a link that is swapped in between leads outside and is seen then.
        RequireRegular(full, path);
        var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            RequireInside(RealPathOf(stream, full), path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Find(string glob)
    {
        ArgumentException.ThrowIfNullOrEmpty(glob);
        string normal = glob.Replace('\\', '/');
        CheckRelative(normal, glob);
        string[] parts = normal.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int fixedCount = parts.TakeWhile(p => !GlobPattern.IsPattern(p)).Count();
        if (fixedCount == parts.Length)
        {
            string single = string.Join('/', parts);
            return File.Exists(Resolve(single)) ? [single] : [];
        }

        string start = Resolve(string.Join('/', parts[..fixedCount]));
        if (!Directory.Exists(start))
        {
            return [];
        }

        var pattern = new GlobPattern(parts);
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = parts.Length - fixedCount > 1 || parts[^1] == "**",
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
            MaxRecursionDepth = 32,
        };
        var found = new List<string>();
        int seen = 0;
        foreach (string full in Directory.EnumerateFiles(start, "*", options))
        {
            string relative = Path.GetRelativePath(_root, full).Replace('\\', '/');
            if (++seen > FilesMax)
            {
                throw new NodeException("LIMIT_EXCEEDED", $"More than {FilesMax} files lie below `{string.Join('/', parts[..fixedCount])}`.");
            }

            if (pattern.IsMatch(relative))
            {
                found.Add(relative);
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>The panels below <c>panel/</c> of the data root.</summary>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>: <c>panel</c> is a link that leads outside.</exception>
    public PanelStore Panels()
    {
        string folder = Path.Combine(_root, "panel");
        if (Directory.Exists(folder))
        {
            RequireInside(RealPath(folder), "panel");
        }

        return new PanelStore(folder);
    }

    /// <summary>Markets that processes share, below <c>.shared/</c> of the data root.</summary>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>: <c>.shared</c> is a link that leads outside.</exception>
    internal SharedPanels SharedPanels()
    {
        string folder = Path.Combine(_root, ".shared");
        if (Directory.Exists(folder))
        {
            RequireInside(RealPath(folder), ".shared");
        }

        return new SharedPanels(folder);
    }

    /// <inheritdoc/>
    public void Replace(string path, Action<Stream> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        string full = Resolve(path);
        if (!s_written.Contains(Path.GetExtension(full), StringComparer.Ordinal) || path.Split('/', '\\').Any(p => p.StartsWith('.') || p.Any(char.IsControl)))
        {
            throw new NodeException("FILE_NAME_INVALID", $"`{path}`: files are written as {string.Join(", ", s_written)}, and no part of the path starts with a dot.");
        }

        string folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        RequireInside(RealPath(folder), path);
        if (Directory.Exists(full) || (File.Exists(full) && !FileKind.IsRegular(full)))
        {
            throw new NodeException("FILE_NOT_REGULAR", $"`{path}` is a directory, device, pipe or socket.");
        }

        string part = Path.Combine(folder, $".{Path.GetFileName(full)}.{Environment.ProcessId}-{Guid.NewGuid():N}.part");
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            // The name itself is replaced, so a link in its place is not followed.
            File.Move(part, full, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private string Resolve(string path)
    {
        CheckRelative(path, path);
        string full = Path.GetFullPath(Path.Combine(_root, path));
        RequireInside(full, path);
        return full;
    }

    private static void CheckRelative(string path, string shown)
    {
        if (path.Contains('\0') || Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
        {
            throw Outside(shown);
        }
    }

    private void RequireInside(string full, string path)
    {
        if (full != _root && !full.StartsWith(_rootWithSeparator, StringComparison.Ordinal))
        {
            throw Outside(path);
        }
    }

    private static void RequireRegular(string full, string path)
    {
        if (!FileKind.IsRegular(full))
        {
            throw new NodeException("FILE_NOT_REGULAR", $"`{path}` is a device, pipe or socket.");
        }
    }

    private static string RealPathOf(FileStream stream, string full)
    {
        if (!OperatingSystem.IsLinux())
        {
            return RealPath(full);
        }

        string link = $"/proc/self/fd/{stream.SafeFileHandle.DangerousGetHandle()}";
        return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? full;
    }

    private static string RealPath(string full)
    {
        string current = Path.GetPathRoot(full)!;
        foreach (string part in full[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(current, part);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            current = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }

        return Path.TrimEndingDirectorySeparator(current);
    }

    private static NodeException Outside(string path) =>
        new("FILE_OUTSIDE_ROOT", $"`{path}` lies outside the data directory; name a file below it, relative and without `..`.");
}

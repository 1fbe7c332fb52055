using System.IO.Enumeration;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Hosting;

/// <summary>The files below one folder of this machine. Paths that leave it, links that lead out of it, devices and pipes are refused.</summary>
public sealed class LocalDataFiles : IDataFiles
{
    private const int FilesMax = 100_000;
    private const int BufferSize = 128 * 1024;

    private readonly string _root;

    /// <summary>Serves a folder; it is created when it does not exist.</summary>
    /// <param name="folder">The data root of one project.</param>
    public LocalDataFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        _root = LocalPaths.Root(folder);
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        string full = LocalPaths.Below(_root, path);
        if (!File.Exists(full))
        {
            throw new NodeException("FILE_NOT_FOUND", $"There is no file '{path}' in the project's data folder.");
        }

        FileStream stream = UnixFile.OpenRead(full, path, BufferSize);
        try
        {
            // Checked again after opening: a link may have been put in between.
            LocalPaths.Below(_root, path);
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
        string[] parts = glob.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Path.IsPathRooted(glob) || parts.Contains("..", StringComparer.Ordinal) || glob.Contains('\0', StringComparison.Ordinal))
        {
            throw LocalPaths.Outside(glob);
        }

        int fixedParts = parts.TakeWhile((p, i) => i < parts.Length - 1 && !IsPattern(p)).Count();
        string start = fixedParts == 0 ? _root : LocalPaths.Below(_root, string.Join('/', parts[..fixedParts]));
        if (!Directory.Exists(start))
        {
            return [];
        }

        string[] patterns = parts[fixedParts..];
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = patterns.Length > 1,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
            IgnoreInaccessible = true,
            MaxRecursionDepth = 32,
        };
        var found = new List<string>();
        foreach (string file in Directory.EnumerateFiles(start, "*", options))
        {
            string[] names = Path.GetRelativePath(start, file).Split(Path.DirectorySeparatorChar);
            if (Matches(names, patterns))
            {
                if (found.Count == FilesMax)
                {
                    throw new NodeException("LIMIT_EXCEEDED", $"'{glob}' matches more than {FilesMax} files.");
                }

                found.Add(Path.GetRelativePath(_root, file).Replace(Path.DirectorySeparatorChar, '/'));
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static bool IsPattern(string part) => part.AsSpan().IndexOfAny('*', '?') >= 0;

    // Wildcard lists are short; "**" is tried for every number of folders, held in one row of flags at a time.
    private static bool Matches(string[] names, string[] patterns)
    {
        bool[] reached = new bool[names.Length + 1];
        reached[0] = true;
        foreach (string pattern in patterns)
        {
            bool[] next = new bool[names.Length + 1];
            for (int i = 0; i <= names.Length; i++)
            {
                if (!reached[i])
                {
                    continue;
                }

                if (pattern == "**")
                {
                    Array.Fill(next, true, i, names.Length + 1 - i);
                }
                else if (i < names.Length && FileSystemName.MatchesSimpleExpression(pattern, names[i], ignoreCase: false))
                {
                    next[i + 1] = true;
                }
            }

            reached = next;
        }

        return reached[names.Length];
    }
}

using EasyQuant.Flow;

namespace EasyQuant.Nodes.Hosting;

/// <summary>Keeps paths below a root folder: the one place where a text from outside becomes a path.</summary>
internal static class LocalPaths
{
    /// <summary>Returns the full path of a root with a separator at its end, links resolved.</summary>
    public static string Root(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return Resolve(full) + Path.DirectorySeparatorChar;
    }

    /// <summary>Returns the full path of a file below a root; no link on the way may lead out of it.</summary>
    /// <param name="root">Result of <see cref="Root"/>.</param>
    /// <param name="relative">Path from outside.</param>
    /// <exception cref="NodeException"><c>FILE_OUTSIDE_ROOT</c>.</exception>
    public static string Below(string root, string relative)
    {
        if (string.IsNullOrEmpty(relative) || relative.Length > 4096 || relative.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(relative))
        {
            throw Outside(relative);
        }

        string full = Path.GetFullPath(Path.Combine(root, relative));
        if (!full.StartsWith(root, StringComparison.Ordinal))
        {
            throw Outside(relative);
        }

        // Every existing part is checked, not only the last: a folder in the middle may be a link.
        if (!(Resolve(full) + Path.DirectorySeparatorChar).StartsWith(root, StringComparison.Ordinal))
        {
            throw Outside(relative);
        }

        return full;
    }

    public static NodeException Outside(string path) =>
        new("FILE_OUTSIDE_ROOT", $"'{Show(path)}' does not lie below the project's data folder; give a path relative to it, without '..' that leaves it.");

    private static string Show(string? path)
    {
        string text = path ?? "";
        text = text.Length <= 200 ? text : text[..200] + "...";
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }

    private static string Resolve(string full)
    {
        string path = Path.GetPathRoot(full) ?? "/";
        string[] parts = full[path.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            if (entry.LinkTarget is not null)
            {
                path = entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? throw new NodeException("FILE_OUTSIDE_ROOT", "A link on the way leads nowhere.");
            }
        }

        return path;
    }
}

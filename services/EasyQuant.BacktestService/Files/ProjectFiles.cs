using EasyQuant.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Files;

/// <summary>
/// Files of projects below <c>&lt;data root&gt;/files/&lt;project&gt;</c>. A path is relative, with / between folders; nothing outside the folder is
/// reached, neither by dots nor by links. Thread-safe.
/// </summary>
internal sealed class ProjectFiles(IOptions<BacktestServiceOptions> options)
{
    private const int PathLengthMax = 400;
    private const int FilesMax = 100_000;

    /// <summary>Returns the absolute path of a file of the project; its folders may not exist yet.</summary>
    /// <exception cref="RpcError">InvalidArgument FILE_OUTSIDE_ROOT.</exception>
    public string Resolve(string projectId, string path)
    {
        string[] parts = path.Split('/');
        if (path.Length is 0 or > PathLengthMax
            || parts.Any(part => part.Length is 0 or > 255 || part is "." or ".." || part.Any(c => char.IsControl(c) || c is '\\' or ':')))
        {
            throw Outside(path);
        }

        string root = RootOf(projectId);
        string full = root;
        foreach (string part in parts)
        {
            full = Path.Combine(full, part);
            // A link could lead anywhere, so none is followed.
            if (new FileInfo(full).LinkTarget is not null)
            {
                throw Outside(path);
            }
        }

        return full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? full : throw Outside(path);
    }

    /// <summary>Lists files by path in ordinal order, those after <paramref name="after"/>.</summary>
    /// <exception cref="RpcError">ResourceExhausted LIMIT_EXCEEDED beyond 100,000 files.</exception>
    public IReadOnlyList<(string Path, long ByteCount, DateTimeOffset UpdateTime)> List(string projectId, string prefix, string after, int countMax)
    {
        string root = RootOf(projectId);
        if (!Directory.Exists(root))
        {
            return [];
        }

        var enumeration = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        List<(string Path, FileInfo File)> files = [];
        foreach (FileInfo file in new DirectoryInfo(root).EnumerateFiles("*", enumeration))
        {
            if (files.Count == FilesMax)
            {
                throw new RpcError(
                    global::Grpc.Core.StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", $"The project has more than {FilesMax} files, which cannot be listed.");
            }

            files.Add((Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file));
        }

        return
        [
            .. files
                .Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(file.Path, after) > 0)
                .OrderBy(file => file.Path, StringComparer.Ordinal)
                .Take(countMax)
                .Select(file => (file.Path, file.File.Length, new DateTimeOffset(file.File.LastWriteTimeUtc, TimeSpan.Zero))),
        ];
    }

    private string RootOf(string projectId)
    {
        bool isName = projectId.Length is > 0 and <= 63
            && projectId[0] != '.'
            && projectId.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
        return isName
            ? Path.Combine(Path.GetFullPath(options.Value.DataRoot), "files", projectId)
            : throw RpcError.Invalid("PROJECT_INVALID", "project", $"\"{projectId}\" is not the name of a project.");
    }

    private static RpcError Outside(string path) => RpcError.Invalid(
        "FILE_OUTSIDE_ROOT", "path", $"\"{path}\" must be a relative path of at most {PathLengthMax} characters that stays within the project's folder.");
}

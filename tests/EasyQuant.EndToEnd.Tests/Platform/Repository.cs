namespace EasyQuant.EndToEnd;

/// <summary>Where things of the repository are, seen from the built tests.</summary>
public static class Repository
{
    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = Find();

    /// <summary>Path of a file or folder in the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The assembly of another project, built in the same configuration.</summary>
    public static string Built(string project, string assembly)
    {
        string path = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", project, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), assembly));
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not built: dotnet build the solution first.");
    }

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EasyQuant.Aspire.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the repository.");
    }
}

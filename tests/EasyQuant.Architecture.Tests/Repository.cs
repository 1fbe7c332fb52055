using System.Diagnostics;

namespace EasyQuant.Architecture.Tests;

/// <summary>The tracked and untracked, not ignored, files of the checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly Lazy<string> s_root = new(FindRoot);
    private static readonly Lazy<IReadOnlyList<string>> s_files = new(ListFiles);

    public static string Root => s_root.Value;

    /// <summary>Paths relative to the root, with forward slashes, ascending.</summary>
    public static IReadOnlyList<string> Files => s_files.Value;

    public static IReadOnlyList<SourceFile> Sources(string extension, params string[] folders) =>
        [.. Files.Where(f => f.EndsWith(extension, StringComparison.Ordinal))
            .Where(f => folders.Length == 0 || folders.Any(d => f.StartsWith(d, StringComparison.Ordinal)))
            .Select(f => new SourceFile(f, File.ReadAllText(Path.Combine(Root, f))))];

    private static string FindRoot()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "EasyQuant.Aspire.sln")))
            {
                return d.FullName;
            }
        }

        throw new InvalidOperationException("EasyQuant.Aspire.sln was not found above " + AppContext.BaseDirectory);
    }

    private static List<string> ListFiles()
    {
        ProcessStartInfo start = new("git", "-c safe.directory=* ls-files --cached --others --exclude-standard")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start)!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        List<string> files = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(f => File.Exists(Path.Combine(Root, f)))];
        files.Sort(StringComparer.Ordinal);
        return files;
    }
}

/// <summary>One text file: its path relative to the root and what it says.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string[] Lines => Text.Split('\n');
}

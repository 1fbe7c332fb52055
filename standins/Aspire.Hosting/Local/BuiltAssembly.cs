namespace Aspire.Hosting.Local;

/// <summary>Finds what a project was built to.</summary>
internal static class BuiltAssembly
{
    public static string Of(IProjectMetadata metadata)
    {
        string? known = metadata.GetType().GetProperty("AssemblyPath")?.GetValue(metadata) as string;
        string path = known ?? Guess(metadata.ProjectPath);
        return File.Exists(path)
            ? path
            : throw new DistributedApplicationException($"'{metadata.ProjectPath}' is not built: '{path}' does not exist. Build the AppHost.");
    }

    // The AppHost and its projects share the artifacts layout: artifacts/bin/<project>/<configuration>/<project>.dll.
    private static string Guess(string projectPath)
    {
        string name = Path.GetFileNameWithoutExtension(projectPath);
        string own = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        return Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(own)!)!, name, Path.GetFileName(own), name + ".dll");
    }
}

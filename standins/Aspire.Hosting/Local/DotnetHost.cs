namespace Aspire.Hosting.Local;

/// <summary>The <c>dotnet</c> program that runs this AppHost.</summary>
internal static class DotnetHost
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.ProcessPath is { } current && System.IO.Path.GetFileName(current) == "dotnet")
        {
            return current;
        }

        // An apphost: the shared framework that it loaded lies in <root>/shared/Microsoft.NETCore.App/<version>.
        string runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        string beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(runtime, "..", "..", "..", "dotnet"));
        return File.Exists(beside) ? beside : "dotnet";
    }
}

using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>Finds the program of an executable resource, before a launcher would fail on it without a word.</summary>
internal static class ProgramPath
{
    public static string Find(ExecutableResource executable)
    {
        if (!Directory.Exists(executable.WorkingDirectory))
        {
            throw new DistributedApplicationException($"The working directory '{executable.WorkingDirectory}' of '{executable.Name}' does not exist.");
        }

        string command = executable.Command;
        if (command.Contains('/'))
        {
            string path = Path.GetFullPath(Path.Combine(executable.WorkingDirectory, command));
            return IsProgram(path) ? path : throw new DistributedApplicationException($"The program '{path}' of '{executable.Name}' does not exist or may not be executed.");
        }

        string search = Environment.GetEnvironmentVariable("PATH") ?? "";
        return search.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Combine(directory, command)).FirstOrDefault(IsProgram)
            ?? throw new DistributedApplicationException($"The program '{command}' of '{executable.Name}' is not on PATH. Install it, or name it by its path.");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}

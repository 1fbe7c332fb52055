using System.ComponentModel;
using System.Diagnostics;

namespace EasyQuant.Cli.Doctor;

/// <summary>Runs a short program and reads what it prints. Thread-safe.</summary>
public static class ProcessProbe
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(15);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="file">Path or name on PATH.</param>
    /// <param name="arguments">Arguments, passed as they are.</param>
    /// <returns>Standard output, trimmed; null when the program is missing, fails, or takes longer than 15 s.</returns>
    public static string? TryRun(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process? process = Process.Start(start);
            if (process is null)
            {
                return null;
            }

            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_deadline))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            Task.WaitAll(output, error);
            return process.ExitCode == 0 ? output.Result.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Finds a program on PATH.</summary>
    /// <param name="name">File name.</param>
    /// <returns>Full path, or null when it is on no folder of PATH.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}

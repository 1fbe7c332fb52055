using System.ComponentModel;
using System.Diagnostics;

namespace EasyQuant.EndToEnd;

/// <summary>Runs other programs to their end.</summary>
public static class Tool
{
    /// <summary>Runs a program; anything but exit code 0 fails the test with its output.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Environment variables beside the inherited ones.</param>
    /// <param name="workDirectory">Where it runs.</param>
    /// <param name="advice">What to do when the program is missing.</param>
    /// <param name="cancellationToken">The deadline; ends the program.</param>
    /// <returns>Its standard output.</returns>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables, string workDirectory, string advice, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = workDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Start(start, advice);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end in time. Its output:\n{await output}\n{await errors}");
        }

        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}; when something is missing: {advice}\n{await output}\n{await errors}");
        return await output;
    }

    private static Process Start(ProcessStartInfo start, string advice)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be started ({exception.Message}): {advice}", exception);
        }
    }
}

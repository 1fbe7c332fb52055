using System.Diagnostics;

namespace EasyQuant.EndToEnd;

/// <summary>The program <c>eq</c> as a person starts it.</summary>
public static class EqProgram
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">The deadline; ends the program.</param>
    /// <returns>Exit code, standard output, standard error.</returns>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Repository.Built("EasyQuant.Cli", "eq.dll"), .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await error);
    }
}

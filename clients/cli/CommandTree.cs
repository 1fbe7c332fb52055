using System.CommandLine;
using EasyQuant.Cli.Doctor;

namespace EasyQuant.Cli;

/// <summary>All commands of <c>eq</c>.</summary>
public static class CommandTree
{
    /// <summary>Adds every command to the root.</summary>
    /// <param name="root">The root command.</param>
    public static void AddTo(RootCommand root)
    {
        root.Subcommands.Add(Local.RunCommand.Create());
        root.Subcommands.Add(Local.Backtests.BacktestCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(Remote.WorkflowCommands.Create());
        root.Subcommands.Add(Remote.GroupCommands.Create());
        root.Subcommands.Add(Remote.RunCommands.Create());
        root.Subcommands.Add(Remote.TaskCommands.Create());
        root.Subcommands.Add(Remote.WorkerCommands.Create());
        root.Subcommands.Add(Remote.BacktestCommands.Create());
        root.Subcommands.Add(Remote.SweepCommands.Create());
        root.Subcommands.Add(Remote.SecretCommands.Create());
    }

    /// <summary>Parses and runs a command line.</summary>
    /// <param name="root">The root command.</param>
    /// <param name="args">Arguments without the program's name.</param>
    /// <returns>An exit code of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        ParseResult result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in result.Errors)
            {
                await Console.Error.WriteLineAsync("eq: " + error.Message);
            }

            return ExitCodes.Usage;
        }

        return await result.InvokeAsync();
    }
}

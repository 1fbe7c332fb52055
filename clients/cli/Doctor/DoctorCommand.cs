using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace EasyQuant.Cli.Doctor;

/// <summary><c>eq doctor</c>: checks the machine and names, for every fault, the command that mends it.</summary>
public static class DoctorCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Builds the command.</summary>
    /// <returns>The command; exit code 0 when nothing is at fault, 2 otherwise.</returns>
    public static Command Create()
    {
        Option<string> data = new("--data") { Description = "Data directory to check.", DefaultValueFactory = _ => DataDirectories.Default };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new("doctor", "Checks binaries, versions, rights, ports, disk and dashboard. / 检查运行环境。") { data, json };
        command.SetAction(result => Run(result.GetRequiredValue(data), result.GetValue(json)));
        return command;
    }

    private static int Run(string dataDirectory, bool json)
    {
        IReadOnlyList<CheckResult> results = MachineChecks.RunAll(dataDirectory);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(results, s_json));
        }
        else
        {
            foreach (CheckResult result in results)
            {
                Print(result);
            }
        }

        return results.Any(r => r.State == CheckState.Fault) ? ExitCodes.Failed : ExitCodes.Success;
    }

    private static void Print(CheckResult result)
    {
        string mark = result.State switch { CheckState.Ok => "[green]ok[/]     ", CheckState.Warning => "[yellow]missing[/]", _ => "[red]FAULT[/]  " };
        AnsiConsole.MarkupLine($"{mark} {Markup.Escape(result.Name)}: {Markup.Escape(result.Found)}");
        if (result.Remedy.Length > 0)
        {
            AnsiConsole.MarkupLine($"          mend: {Markup.Escape(result.Remedy)}");
        }
    }
}

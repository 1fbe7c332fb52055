using System.CommandLine;
using System.Globalization;

namespace EasyQuant.Cli.Local;

/// <summary><c>eq run</c>: executes a workflow file in this process, without a broker and a database.</summary>
public static class RunCommand
{
    /// <summary>Builds the command.</summary>
    /// <returns>The command; exit code 0 when the run succeeded, 1 when the file or an input is wrong, 2 when the run failed.</returns>
    public static Command Create()
    {
        Argument<FileInfo> file = new("file") { Description = "Workflow file (JSON). / 工作流文件。" };
        Option<string> inputs = new("--inputs") { Description = "Inputs as a JSON object.", DefaultValueFactory = _ => "{}" };
        Option<string[]> pairs = new("--input", "-i") { Description = "One input as name=value.", DefaultValueFactory = _ => [] };
        Option<string> workflows = new("--workflows") { Description = "Folder of the sub-workflows; default: the file's folder." };
        Option<string> data = new("--data") { Description = "Folder in which nodes see files; default: the current folder.", DefaultValueFactory = _ => Environment.CurrentDirectory };
        Option<string> folder = new("--folder") { Description = "Folder of the run; default: eq-runs/<time> below the current folder." };
        Option<long> seed = new("--seed") { Description = "Seed of every random choice." };
        Option<string[]> http = new("--allow-http") { Description = "A server (host:port) that HttpRequest may call although its address is not public. / 允许访问的非公网服务。", DefaultValueFactory = _ => [] };
        Option<FileInfo?> secrets = new("--secrets") { Description = "JSON file of secrets, mode 0600; EQ_SECRET_<NAME> of the environment besides. / 密钥文件（权限 0600）。" };
        Option<string> output = new("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        Command command = new("run", "Runs a workflow file on this machine. / 在本机运行工作流文件。") { file, inputs, pairs, workflows, data, folder, seed, http, secrets, output };
        command.SetAction((result, cancellationToken) =>
        {
            string path = result.GetRequiredValue(file).FullName;
            string stamp = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
            LocalOptions options = new(
                path,
                result.GetRequiredValue(inputs),
                result.GetRequiredValue(pairs),
                result.GetValue(workflows) ?? Path.GetDirectoryName(path)!,
                result.GetRequiredValue(data),
                result.GetValue(folder) ?? Path.Combine(Environment.CurrentDirectory, "eq-runs", stamp),
                result.GetValue(seed),
                result.GetRequiredValue(http),
                result.GetRequiredValue(output) == "json",
                result.GetValue(secrets)?.FullName);
            return LocalRun.ExecuteAsync(options, TimeProvider.System, cancellationToken);
        });
        return command;
    }
}

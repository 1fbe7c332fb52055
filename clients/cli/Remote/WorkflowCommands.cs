using System.CommandLine;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq workflows ...</c>: stores, checks and reads workflow definitions on a server.</summary>
public static class WorkflowCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("workflows", "Workflows on a server. / 服务器上的工作流。");
        group.Subcommands.Add(Push());
        group.Subcommands.Add(Validate());
        group.Subcommands.Add(List());
        group.Subcommands.Add(Get());
        return group;
    }

    private static Command Push()
    {
        Argument<FileInfo> file = new("file") { Description = "Workflow file (JSON)." };
        Command command = new("push", "Stores a workflow or its next version. / 保存工作流。") { file };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (await ReadAsync(result.GetRequiredValue(file), cancellationToken) is not { } definition)
            {
                return ExitCodes.Usage;
            }

            WorkflowService.WorkflowServiceClient client = new(connection.Channel);
            Workflow workflow;
            try
            {
                workflow = (await client.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = definition }, connection.Unary(cancellationToken))).Workflow;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                workflow = (await client.UpdateWorkflowAsync(new UpdateWorkflowRequest { Name = definition.Name, Definition = definition }, connection.Unary(cancellationToken))).Workflow;
            }

            Print(workflow, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Validate()
    {
        Argument<FileInfo> file = new("file") { Description = "Workflow file (JSON)." };
        Command command = new("validate", "Checks a workflow and stores nothing. / 校验工作流。") { file };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (await ReadAsync(result.GetRequiredValue(file), cancellationToken) is not { } definition)
            {
                return ExitCodes.Usage;
            }

            ValidateWorkflowResponse answer = await new WorkflowService.WorkflowServiceClient(connection.Channel)
                .ValidateWorkflowAsync(new ValidateWorkflowRequest { Definition = definition }, connection.Unary(cancellationToken));
            foreach (Finding finding in answer.Findings)
            {
                Console.Out.WriteLine($"{finding.Pointer}: {finding.Reason}: {finding.Message}");
            }

            return answer.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
        });
        return command;
    }

    private static Command List()
    {
        Command command = new("list", "Lists workflows. / 列出工作流。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            WorkflowService.WorkflowServiceClient client = new(connection.Channel);
            string token = string.Empty;
            do
            {
                ListWorkflowsResponse page = await client.ListWorkflowsAsync(new ListWorkflowsRequest { PageSize = 200, PageToken = token }, connection.Unary(cancellationToken));
                foreach (Workflow workflow in page.Workflows)
                {
                    Print(workflow, connection);
                }

                token = page.NextPageToken;
            }
            while (token.Length > 0);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Get()
    {
        Argument<string> name = new("name") { Description = "Name of the workflow." };
        Option<int> version = new("--version-number") { Description = "Version; the latest when not given." };
        Command command = new("get", "Prints a workflow file. / 导出工作流。") { name, version };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            GetWorkflowResponse answer = await new WorkflowService.WorkflowServiceClient(connection.Channel)
                .GetWorkflowAsync(new GetWorkflowRequest { Name = result.GetRequiredValue(name), Version = result.GetValue(version) }, connection.Unary(cancellationToken));
            Connection.PrintJson(answer.Workflow.Definition);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<WorkflowDefinition?> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return WorkflowDefinition.Parser.ParseJson(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            await Console.Error.WriteLineAsync($"eq: {file.FullName}: {e.Message}");
            return null;
        }
    }

    private static void Print(Workflow workflow, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(workflow);
        }
        else
        {
            Console.Out.WriteLine($"{workflow.Definition.Name} v{workflow.Version} {workflow.DefinitionHash[..12]} {workflow.Definition.Title?.En} {workflow.Definition.Title?.Zh}".TrimEnd());
        }
    }
}

using System.CommandLine;
using System.Text;
using EasyQuant.Contracts.Secret.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq secrets ...</c>: sets, lists and deletes secrets on a server. A value comes from the standard input or a file, never as an argument.</summary>
public static class SecretCommands
{
    private const int ValueBytesMax = 64 * 1024;

    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("secrets", "Secrets that nodes send to servers. / 节点访问服务所用的密钥。");
        group.Subcommands.Add(Set());
        group.Subcommands.Add(List());
        group.Subcommands.Add(Delete());
        group.Subcommands.Add(Log());
        return group;
    }

    private static Command Set()
    {
        Argument<string> name = Name();
        Option<string[]> hosts = new("--host")
        {
            Description = "A server (host or host:port) that may receive it; may be given again. / 允许接收该密钥的服务。", Required = true, AllowMultipleArgumentsPerToken = true,
        };
        Option<FileInfo?> file = new("--file") { Description = "File with the value; the standard input when not given. / 密钥文件，缺省读取标准输入。" };
        Option<string> requestId = new("--request-id") { Description = "UUID; the same request again changes nothing.", DefaultValueFactory = _ => Guid.NewGuid().ToString() };
        Command command = new("set", "Stores or replaces a secret. / 保存或替换密钥。") { name, hosts, file, requestId };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (await ReadAsync(result.GetValue(file), cancellationToken) is not { } value)
            {
                return ExitCodes.Usage;
            }

            var request = new SetSecretRequest { Name = result.GetRequiredValue(name), Value = value, RequestId = result.GetRequiredValue(requestId) };
            request.Hosts.AddRange(result.GetRequiredValue(hosts));
            SetSecretResponse answer = await new SecretService.SecretServiceClient(connection.Channel).SetSecretAsync(request, connection.Unary(cancellationToken));
            Print(answer.Secret, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List()
    {
        Command command = new("list", "Lists secrets, never their values. / 列出密钥（不含值）。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            SecretService.SecretServiceClient client = new(connection.Channel);
            string token = string.Empty;
            do
            {
                ListSecretsResponse page = await client.ListSecretsAsync(new ListSecretsRequest { PageSize = 200, PageToken = token }, connection.Unary(cancellationToken));
                foreach (Secret secret in page.Secrets)
                {
                    Print(secret, connection);
                }

                token = page.NextPageToken;
            }
            while (token.Length > 0);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Delete()
    {
        Argument<string> name = Name();
        Command command = new("delete", "Deletes a secret. / 删除密钥。") { name };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            await new SecretService.SecretServiceClient(connection.Channel)
                .DeleteSecretAsync(new DeleteSecretRequest { Name = result.GetRequiredValue(name) }, connection.Unary(cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Log()
    {
        Command command = new("log", "Prints the latest 200 changes of secrets, newest first. / 密钥变更记录。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            ListSecretEventsResponse page = await new SecretService.SecretServiceClient(connection.Channel)
                .ListSecretEventsAsync(new ListSecretEventsRequest { PageSize = 200 }, connection.Unary(cancellationToken));
            foreach (SecretEvent entry in page.Events)
            {
                if (connection.Json)
                {
                    Connection.PrintJson(entry);
                }
                else
                {
                    Console.Out.WriteLine($"{entry.Position} {Time(entry.EventTime)} {entry.Action.ToString().ToLowerInvariant()} {entry.Name} v{entry.Version} {entry.Actor} {string.Join(',', entry.Hosts)}".TrimEnd());
                }
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "Name of the secret. / 密钥名称。" };

    // One line break at the end is the editor's or echo's, not the secret's.
    private static async Task<string?> ReadAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream source = file is null ? Console.OpenStandardInput() : file.OpenRead();
            byte[] buffer = new byte[ValueBytesMax + 3];
            int count = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, count);
            return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            await Console.Error.WriteLineAsync($"eq: {file?.FullName ?? "standard input"}: {(e is DecoderFallbackException ? "the value is not UTF-8." : e.Message)}");
            return null;
        }
    }

    private static void Print(Secret secret, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(secret);
        }
        else
        {
            Console.Out.WriteLine($"{secret.Name} v{secret.Version} {Time(secret.UpdateTime)} {secret.Actor} {string.Join(',', secret.Hosts)}".TrimEnd());
        }
    }

    private static string Time(Timestamp? time) => time?.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "-";
}

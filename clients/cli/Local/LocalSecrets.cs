using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Cli.Local;

/// <summary>
/// Secrets of a run on this machine: from a JSON file of names and values that only its owner may read, or from environment variables: <c>EQ_SECRET_BROKER_TOKEN</c>
/// for <c>broker-token</c>. The file goes first; it is read at each use, so that a replaced value is used at once. Thread-safe.
/// </summary>
/// <param name="file">The file, or null for none.</param>
public sealed class LocalSecrets(string? file) : ISecretSource
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The environment variable of a secret: upper case, each character that is no letter or digit is an underscore.</summary>
    /// <param name="name">Name of the secret.</param>
    /// <returns>For example <c>EQ_SECRET_BROKER_TOKEN</c>.</returns>
    public static string VariableOf(string name) => "EQ_SECRET_" + string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));

    /// <summary>Looks at the file without using it.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Check()
    {
        try
        {
            Read();
            return null;
        }
        catch (NodeException e)
        {
            return e.Message;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SecretValue> ReadAsync(string name, CancellationToken cancellationToken)
    {
        string? value = Read()?[name] is JsonValue found && found.TryGetValue(out string? text) ? text : Environment.GetEnvironmentVariable(VariableOf(name));
        return string.IsNullOrEmpty(value)
            ? throw new NodeException("SECRET_NOT_FOUND", $"There is no secret '{name}': set {VariableOf(name)}, or name a file with it by --secrets.")
            : ValueTask.FromResult(new SecretValue(name, value, null));
    }

    private JsonObject? Read()
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~Owner) != 0)
            {
                throw new NodeException("SECRET_UNREADABLE", $"{file} may be used by others than its owner; expected mode 0600: chmod 600 {file}");
            }

            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject is { } secrets && secrets.All(entry => entry.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String)
                ? secrets
                : throw new NodeException("SECRET_UNREADABLE", $"{file} must hold a JSON object of texts, for example {{\"broker-token\": \"...\"}}.");
        }
        catch (JsonException)
        {
            // The message of the parser may repeat what stands in the file.
            throw new NodeException("SECRET_UNREADABLE", $"{file} is not JSON.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException("SECRET_UNREADABLE", $"{file}: {e.Message}");
        }
    }
}

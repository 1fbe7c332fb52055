using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Processes;

/// <summary>How a child process asks its worker for a secret, through the pipe between them.</summary>
internal static class SecretMessages
{
    /// <summary>Member of a message with a question.</summary>
    public const string Question = "secret";

    /// <summary>Member of a message with an answer.</summary>
    public const string Answer = "secretAnswer";

    /// <summary>Writes a question.</summary>
    public static JsonObject Ask(long id, string name) => new() { [Question] = new JsonObject { ["id"] = id, ["name"] = name } };

    /// <summary>Answers a question; a refusal travels as such.</summary>
    /// <exception cref="OperationCanceledException">The run stops.</exception>
    public static async ValueTask<JsonObject> ReplyAsync(JsonObject question, ISecretSource? source, CancellationToken cancellationToken)
    {
        var reply = new JsonObject { ["id"] = question["id"]!.GetValue<long>() };
        try
        {
            SecretValue secret = await (source ?? throw new NodeException("SERVICE_NOT_AVAILABLE", "This worker has no secrets for this process."))
                .ReadAsync(question["name"]!.GetValue<string>(), cancellationToken);
            reply["value"] = secret.Value;
            reply["hosts"] = secret.Hosts is { } hosts ? new JsonArray([.. hosts.Select(host => (JsonNode?)JsonValue.Create(host))]) : null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, the one who asks hears it; without an answer it would wait for ever.
            StepError error = StepErrors.From(e, null);
            reply["error"] = new JsonObject { ["reason"] = error.Reason, ["message"] = error.Message, ["isTransient"] = error.IsTransient };
        }

        return new JsonObject { [Answer] = reply };
    }
}

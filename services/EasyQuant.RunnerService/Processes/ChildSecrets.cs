using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The secrets as a child process sees them: it asks its worker for each value when it is used. Thread-safe.</summary>
internal sealed class ChildSecrets(Func<JsonObject, Task> write) : ISecretSource
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonObject>> _open = new();
    private long _lastId;

    /// <inheritdoc/>
    public async ValueTask<SecretValue> ReadAsync(string name, CancellationToken cancellationToken)
    {
        long id = Interlocked.Increment(ref _lastId);
        var answered = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[id] = answered;
        try
        {
            await write(SecretMessages.Ask(id, name));
            // Without a deadline of its own: the worker answers or cancels the item, and this process ends with it.
            JsonObject answer = await answered.Task.WaitAsync(cancellationToken);
            return answer["error"] is JsonObject error
                ? throw new NodeException(error["reason"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error["isTransient"]!.GetValue<bool>())
                : new SecretValue(name, answer["value"]!.GetValue<string>(), answer["hosts"] is JsonArray hosts ? [.. hosts.Select(host => host!.GetValue<string>())] : null);
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>Takes an answer; one that nobody waits for any more is dropped.</summary>
    public void Take(JsonObject answer)
    {
        if (_open.TryRemove(answer["id"]!.GetValue<long>(), out TaskCompletionSource<JsonObject>? waiting))
        {
            waiting.TrySetResult(answer);
        }
    }
}

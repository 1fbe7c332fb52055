using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Grpc.Items;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Secrets;

/// <summary>The secrets of the project of one run: each value is asked of Workflow when it is used, under the run's lease, and is kept nowhere. Thread-safe.</summary>
internal sealed class RunSecrets(ActiveRun run, ItemCalls calls, SecretService.SecretServiceClient client, SecretMask mask) : ISecretSource
{
    /// <inheritdoc/>
    public async ValueTask<SecretValue> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var request = new FetchSecretRequest { RunId = run.RunId, Epoch = run.Epoch, Name = name };
        try
        {
            FetchSecretResponse answer = await calls.CallAsync(options => client.FetchSecretAsync(request, options), a => a.Lost, cancellationToken);
            // Also what a child process uses is hidden in what the run reports.
            mask.Add(answer.Value);
            return new SecretValue(name, answer.Value, [.. answer.Hosts]);
        }
        catch (RpcException e)
        {
            string reason = RpcError.TryRead(e, out RpcError? error) ? error.Reason : e.StatusCode == StatusCode.NotFound ? "SECRET_NOT_FOUND" : "SECRET_UNREADABLE";
            throw new NodeException(reason.StartsWith("SECRET", StringComparison.Ordinal) ? reason : "SECRET_UNREADABLE", e.Status.Detail, transient: false, e);
        }
    }
}

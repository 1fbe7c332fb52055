using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Flow;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Secrets;
using Grpc.Core;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves secrets: set, list and delete for people, one value at a time for Runners.</summary>
internal sealed class SecretGrpc(SecretStore store, SecretAudit audit) : SecretService.SecretServiceBase
{
    private const int ValueBytesMin = 8;
    private const int ValueBytesMax = 64 * 1024;
    private const int HostsMax = 20;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override async Task<SetSecretResponse> SetSecret(SetSecretRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        Requests.Name(request.Name, "name");
        Guid? requestId = Requests.RequestId(request.RequestId);
        string[] hosts = Hosts(request.Hosts);
        byte[] value = Value(request.Value);
        try
        {
            return new SetSecretResponse
            {
                Secret = await store.SetAsync(
                    new SecretChange(project, request.Name, value, hosts, requestId, CallProject.ActorOf(context)), context.CancellationToken),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    public override async Task<ListSecretsResponse> ListSecrets(ListSecretsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"secrets/{project}";
        string after = Requests.Token(request.PageToken, scope, 1)?[0] ?? "";
        List<SecretRow> page = await store.ListAsync(project, after, size + 1, context.CancellationToken);
        var answer = new ListSecretsResponse { NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Identity.Name) : "" };
        answer.Secrets.AddRange(page.Take(size).Select(row => row.ToWire()));
        return answer;
    }

    public override async Task<DeleteSecretResponse> DeleteSecret(DeleteSecretRequest request, ServerCallContext context)
    {
        Requests.Name(request.Name, "name");
        await store.DeleteAsync(CallProject.Of(context), request.Name, CallProject.ActorOf(context), context.CancellationToken);
        return new DeleteSecretResponse();
    }

    public override async Task<ListSecretEventsResponse> ListSecretEvents(ListSecretEventsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"secret-events/{project}";
        long below = Requests.Token(request.PageToken, scope, 1) is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long position)
            ? position
            : long.MaxValue;
        List<AuditEntry> page = await audit.ListAsync(project, below, size + 1, context.CancellationToken);
        var answer = new ListSecretEventsResponse
        {
            NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Position.ToString(CultureInfo.InvariantCulture)) : "",
        };
        answer.Events.AddRange(page.Take(size).Select(entry => entry.ToWire()));
        return answer;
    }

    public override async Task<FetchSecretResponse> FetchSecret(FetchSecretRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        Requests.Name(request.Name, "name");
        var lease = new Lease(Requests.RunId(request.RunId), request.Epoch);
        if (await store.FetchAsync(lease, request.Name, context.CancellationToken) is not var (identity, value))
        {
            return new FetchSecretResponse { Lost = true };
        }

        var answer = new FetchSecretResponse { Value = s_strict.GetString(value) };
        CryptographicOperations.ZeroMemory(value);
        answer.Hosts.AddRange(identity.Hosts);
        return answer;
    }

    private static byte[] Value(string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        return count is >= ValueBytesMin and <= ValueBytesMax
            ? Encoding.UTF8.GetBytes(text)
            : throw RpcError.Invalid("SECRET_VALUE_INVALID", "value", $"`value` must have {ValueBytesMin} to {ValueBytesMax} bytes, has {count}.");
    }

    private static string[] Hosts(IReadOnlyCollection<string> hosts)
    {
        if (hosts.Count is 0 or > HostsMax)
        {
            throw RpcError.Invalid("SECRET_HOST_INVALID", "hosts", $"`hosts` must name 1 to {HostsMax} servers that may receive the secret, has {hosts.Count}.");
        }

        int at = 0;
        foreach (string host in hosts)
        {
            if (!SecretHosts.IsHost(host))
            {
                throw RpcError.Invalid(
                    "SECRET_HOST_INVALID", $"hosts[{at}]", $"`hosts[{at}]` must be host or host:port in lower case, for example api.broker.com or 127.0.0.1:8080; was '{Requests.Cut(host)}'.");
            }

            at++;
        }

        return [.. hosts.Distinct(StringComparer.Ordinal)];
    }
}

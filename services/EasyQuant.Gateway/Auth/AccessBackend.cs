using EasyQuant.Contracts.Access.V1;
using EasyQuant.Gateway.Rest;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Auth;

/// <summary>Answers the REST form of AccessService in this process and passes every other call on. Thread-safe.</summary>
/// <param name="owners">Which service answers which RPC.</param>
/// <param name="remote">Where the other calls go.</param>
/// <param name="operations">What AccessService does.</param>
/// <param name="accessor">The request, whose key is the caller.</param>
internal sealed class AccessBackend(ServiceOwners owners, GrpcBackend remote, AccessOperations operations, IHttpContextAccessor accessor) : IRpcBackend
{
    /// <inheritdoc/>
    public async Task<IMessage> CallAsync(MethodDescriptor method, IMessage request, CallOptions options)
    {
        if (owners.OwnerOf(method.Service) != ServiceOwners.Gateway)
        {
            return await remote.CallAsync(method, request, options);
        }

        KeyRecord caller = KeyIdentity.Of(accessor.HttpContext!) ?? throw AuthErrors.Missing();
        try
        {
            return request switch
            {
                CreateKeyRequest create => await operations.CreateAsync(caller, create, options.CancellationToken),
                ListKeysRequest list => await operations.ListAsync(caller, list, options.CancellationToken),
                RevokeKeyRequest revoke => await operations.RevokeAsync(caller, revoke, options.CancellationToken),
                GetCurrentKeyRequest => AccessOperations.Current(caller),
                _ => throw new System.Diagnostics.UnreachableException($"Invariant: every RPC of {method.Service.FullName} is answered; {method.Name} is not."),
            };
        }
        catch (RpcError error)
        {
            throw error.ToRpcException();
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<IMessage> StreamAsync(MethodDescriptor method, IMessage request, CallOptions options) =>
        remote.StreamAsync(method, request, options);
}

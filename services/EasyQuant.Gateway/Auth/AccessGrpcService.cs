using EasyQuant.Contracts.Access.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Gateway.Auth;

/// <summary>AccessService over gRPC. Thread-safe.</summary>
/// <param name="operations">What it does.</param>
internal sealed class AccessGrpcService(AccessOperations operations) : AccessService.AccessServiceBase
{
    /// <inheritdoc/>
    public override Task<CreateKeyResponse> CreateKey(CreateKeyRequest request, ServerCallContext context) =>
        operations.CreateAsync(CallerOf(context), request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context) =>
        operations.ListAsync(CallerOf(context), request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<RevokeKeyResponse> RevokeKey(RevokeKeyRequest request, ServerCallContext context) =>
        operations.RevokeAsync(CallerOf(context), request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<GetCurrentKeyResponse> GetCurrentKey(GetCurrentKeyRequest request, ServerCallContext context) =>
        Task.FromResult(AccessOperations.Current(CallerOf(context)));

    private static KeyRecord CallerOf(ServerCallContext context) =>
        KeyIdentity.Of(context.GetHttpContext()) ?? throw AuthErrors.Missing();
}

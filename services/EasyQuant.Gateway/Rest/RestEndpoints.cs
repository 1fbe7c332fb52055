using EasyQuant.Gateway.Auth;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Rest;

/// <summary>Maps the REST form of RPCs, each with the scope of its RPC.</summary>
internal static class RestEndpoints
{
    /// <summary>Maps every binding.</summary>
    /// <param name="app">The Gateway.</param>
    /// <param name="bindings">The REST routes.</param>
    public static void MapRest(this WebApplication app, IReadOnlyList<RestBinding> bindings)
    {
        IRpcBackend backend = app.Services.GetRequiredService<IRpcBackend>();
        RestOptions options = app.Services.GetRequiredService<IOptions<RestOptions>>().Value;
        TimeProvider time = app.Services.GetRequiredService<TimeProvider>();
        foreach (RestBinding binding in bindings)
        {
            var endpoint = new RestEndpoint(binding, backend, options, time);
            app.MapMethods(binding.Path.RoutePattern, [binding.HttpMethod], endpoint.InvokeAsync)
                .RequireAuthorization(MethodScopes.PolicyOf(MethodScopes.Of(binding.Method)))
                .WithMetadata(binding)
                .WithDisplayName($"{binding.HttpMethod} {binding.Path.Text}");
        }
    }
}

using Microsoft.AspNetCore.Authorization;

namespace EasyQuant.Gateway.Auth;

/// <summary>The authorization policies: any valid key, or a key with a scope. What names none of them and is not marked anonymous asks for a valid key.</summary>
internal static class ScopePolicies
{
    /// <summary>Adds the policies.</summary>
    /// <param name="options">Changed.</param>
    public static void Add(AuthorizationOptions options)
    {
        AuthorizationPolicy key = new AuthorizationPolicyBuilder(ApiKeyAuthenticationHandler.Scheme).RequireAuthenticatedUser().Build();
        options.DefaultPolicy = key;
        options.FallbackPolicy = key;
        options.AddPolicy(MethodScopes.PolicyOf(KeyScope.Any), key);
        foreach (KeyScope scope in Enum.GetValues<KeyScope>().Where(s => s != KeyScope.Any))
        {
            options.AddPolicy(MethodScopes.PolicyOf(scope), policy => policy
                .AddAuthenticationSchemes(ApiKeyAuthenticationHandler.Scheme)
                .RequireAuthenticatedUser()
                .AddRequirements(new ScopeRequirement(scope)));
        }
    }

    /// <summary>Returns the scope that the endpoint of a request asks for.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The requirement, or null when the endpoint asks for none.</returns>
    public static ScopeRequirement? RequirementOf(HttpContext context)
    {
        string? policy = context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null);
        AuthorizationOptions options = context.RequestServices.GetRequiredService<Microsoft.Extensions.Options.IOptions<AuthorizationOptions>>().Value;
        return policy is null ? null : options.GetPolicy(policy)?.Requirements.OfType<ScopeRequirement>().FirstOrDefault();
    }
}

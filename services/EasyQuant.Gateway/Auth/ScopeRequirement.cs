using Microsoft.AspNetCore.Authorization;

namespace EasyQuant.Gateway.Auth;

/// <summary>The caller's key must have a scope. Immutable.</summary>
/// <param name="scope">The scope.</param>
internal sealed class ScopeRequirement(KeyScope scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    /// <summary>The scope.</summary>
    public KeyScope Scope { get; } = scope;

    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is KeyIdentity { Key: { } key } && key.Has(requirement.Scope))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

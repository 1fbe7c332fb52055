using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;

namespace EasyQuant.Gateway.Auth;

/// <summary>
/// Replaces what a caller says about itself by what the Gateway knows: every incoming header <c>x-easyquant-*</c>, <c>x-forwarded-*</c> and
/// <c>forwarded</c> is dropped; for a checked key, project, actor and the internal credential are set. The key itself goes no further.
/// </summary>
internal sealed class IdentityHeadersMiddleware(RequestDelegate next, InternalCredential credential)
{
    /// <summary>Handles a request after authorization.</summary>
    /// <param name="context">The request; its headers change.</param>
    /// <returns>Completed when the rest of the pipeline is.</returns>
    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        foreach (string name in headers.Keys.Where(IsForbidden).ToArray())
        {
            headers.Remove(name);
        }

        if (KeyIdentity.Of(context) is { } key)
        {
            headers[CallHeaders.Project] = key.ProjectId;
            headers[CallHeaders.Actor] = key.ActorName;
            headers[CallHeaders.InternalCredential] = credential.Value;
        }

        return next(context);
    }

    private static bool IsForbidden(string name) =>
        name.StartsWith("x-easyquant-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("forwarded", StringComparison.OrdinalIgnoreCase)
        || name.Equals("authorization", StringComparison.OrdinalIgnoreCase)
        || name.Equals("cookie", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-api-key", StringComparison.OrdinalIgnoreCase);
}

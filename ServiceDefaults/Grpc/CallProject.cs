using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>The project and the actor of a call, read from its metadata.</summary>
public static class CallProject
{
    /// <summary>Returns the project id of a call.</summary>
    /// <param name="context">The call.</param>
    /// <returns>The project id, not empty.</returns>
    /// <exception cref="RpcError">PermissionDenied PROJECT_MISSING when the caller sent none.</exception>
    public static string Of(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string? project = context.RequestHeaders.GetValue(CallHeaders.Project);
        return string.IsNullOrWhiteSpace(project)
            ? throw new RpcError(StatusCode.PermissionDenied, "PROJECT_MISSING", $"The call must name its project in the metadata '{CallHeaders.Project}'.")
            : project;
    }

    /// <summary>Returns who caused a call, or <c>service:unknown</c> when the caller did not say.</summary>
    /// <param name="context">The call.</param>
    /// <returns>The actor, not empty.</returns>
    public static string ActorOf(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string? actor = context.RequestHeaders.GetValue(CallHeaders.Actor);
        return string.IsNullOrWhiteSpace(actor) ? "service:unknown" : actor;
    }

    /// <summary>Returns the metadata for a call that starts outside of any incoming call (a consumer, a timer).</summary>
    /// <param name="projectId">The project that the call acts in.</param>
    /// <param name="actor">Who causes it, e.g. <c>service:runner</c>.</param>
    /// <returns>New metadata that the caller may add to.</returns>
    public static Metadata Headers(string projectId, string actor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(projectId);
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        return new Metadata { { CallHeaders.Project, projectId }, { CallHeaders.Actor, actor } };
    }
}

using EasyQuant.Contracts.Access.V1;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Auth;

/// <summary>Which scope an RPC needs. An RPC without a rule needs admin, so a new one is never open by accident; a test asks for its rule.</summary>
internal static class MethodScopes
{
    private static readonly string[] s_readVerbs = ["Get", "List", "Read", "Watch", "Validate", "Preview"];

    private static readonly Dictionary<string, Scope> s_byVerb = new(StringComparer.Ordinal)
    {
        ["RunService.Create"] = Scope.Run,
        ["RunService.Cancel"] = Scope.Run,
        ["RunService.Pause"] = Scope.Run,
        ["RunService.Resume"] = Scope.Run,
        ["RunService.Retry"] = Scope.Run,
        ["BacktestService.Create"] = Scope.Run,
        ["BacktestService.Cancel"] = Scope.Run,
        ["JobService.Run"] = Scope.Run,
        ["ScheduleService.Trigger"] = Scope.Run,
        ["ScheduleService.Backfill"] = Scope.Run,
        ["DataService.Upload"] = Scope.Run,
        ["WorkflowService.Create"] = Scope.Edit,
        ["WorkflowService.Update"] = Scope.Edit,
        ["WorkflowService.Delete"] = Scope.Edit,
        ["JobService.Create"] = Scope.Edit,
        ["JobService.Update"] = Scope.Edit,
        ["JobService.Delete"] = Scope.Edit,
        ["ScheduleService.Create"] = Scope.Edit,
        ["ScheduleService.Update"] = Scope.Edit,
        ["ScheduleService.Delete"] = Scope.Edit,
        ["ScheduleService.Pause"] = Scope.Operate,
        ["ScheduleService.Resume"] = Scope.Operate,
        ["WorkerService.Connect"] = Scope.Operate,
        ["WorkerService.Drain"] = Scope.Operate,
        ["WorkerService.Resume"] = Scope.Operate,
        ["AccessService.Create"] = Scope.Admin,
        ["AccessService.List"] = Scope.Admin,
        ["AccessService.Revoke"] = Scope.Admin,
    };

    /// <summary>Returns the scope that an RPC needs.</summary>
    /// <param name="method">The RPC.</param>
    /// <returns>The scope; <see cref="Scope.Unspecified"/> when any key will do.</returns>
    public static Scope Of(MethodDescriptor method) => RuleOf(method) ?? Scope.Admin;

    /// <summary>Returns the rule of an RPC.</summary>
    /// <param name="method">The RPC.</param>
    /// <returns>The scope, or null when there is no rule.</returns>
    public static Scope? RuleOf(MethodDescriptor method)
    {
        if (method.FullName == "easyquant.access.v1.AccessService.GetCurrentKey")
        {
            return Scope.Unspecified;
        }

        string verb = VerbOf(method.Name);
        if (s_byVerb.TryGetValue($"{method.Service.Name}.{verb}", out Scope scope))
        {
            return scope;
        }

        return s_readVerbs.Contains(verb, StringComparer.Ordinal) ? Scope.Read : null;
    }

    /// <summary>Name of the authorization policy for a scope.</summary>
    /// <param name="scope">The scope; Unspecified asks for any valid key.</param>
    /// <returns>The name.</returns>
    public static string PolicyOf(Scope scope) => scope == Scope.Unspecified ? "key" : $"scope:{NameOf(scope)}";

    /// <summary>Lower-case name of a scope, as people write it.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>For example <c>read</c>.</returns>
    public static string NameOf(Scope scope) => scope.ToString().ToLowerInvariant();

    // "CreateRuns" -> "Create", "Connect" -> "Connect".
    private static string VerbOf(string name)
    {
        int end = 1;
        while (end < name.Length && !char.IsUpper(name[end]))
        {
            end++;
        }

        return name[..end];
    }
}

using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Auth;

/// <summary>Which scope an RPC needs. An RPC without a rule needs admin, so a new one is never open by accident; a test asks for its rule.</summary>
internal static class MethodScopes
{
    private static readonly string[] s_readVerbs = ["Get", "List", "Read", "Watch", "Validate", "Preview", "Compare", "Export"];

    private static readonly Dictionary<string, KeyScope> s_byVerb = new(StringComparer.Ordinal)
    {
        ["RunService.Create"] = KeyScope.Run,
        ["RunService.Cancel"] = KeyScope.Run,
        ["RunService.Pause"] = KeyScope.Run,
        ["RunService.Resume"] = KeyScope.Run,
        ["RunService.Retry"] = KeyScope.Run,
        ["ItemService.Retry"] = KeyScope.Run,
        ["RunService.Change"] = KeyScope.Run,
        ["BacktestService.Create"] = KeyScope.Run,
        ["BacktestService.Cancel"] = KeyScope.Run,
        ["BacktestService.Rerun"] = KeyScope.Run,
        // Compiling costs a process, so it is not for readers.
        ["BacktestService.Validate"] = KeyScope.Run,
        ["SweepService.Create"] = KeyScope.Run,
        ["SweepService.Cancel"] = KeyScope.Run,
        ["TrialService.Create"] = KeyScope.Run,
        ["JobService.Run"] = KeyScope.Run,
        ["ScheduleService.Trigger"] = KeyScope.Run,
        ["ScheduleService.Backfill"] = KeyScope.Run,
        ["DataService.Upload"] = KeyScope.Run,
        ["WorkflowService.Create"] = KeyScope.Edit,
        ["WorkflowService.Update"] = KeyScope.Edit,
        ["WorkflowService.Delete"] = KeyScope.Edit,
        ["JobService.Create"] = KeyScope.Edit,
        ["JobService.Update"] = KeyScope.Edit,
        ["JobService.Delete"] = KeyScope.Edit,
        ["GroupService.Start"] = KeyScope.Run,
        ["GroupService.Stop"] = KeyScope.Run,
        ["GroupService.Scale"] = KeyScope.Run,
        ["GroupService.Replay"] = KeyScope.Run,
        ["GroupService.Create"] = KeyScope.Edit,
        ["GroupService.Update"] = KeyScope.Edit,
        ["GroupService.Delete"] = KeyScope.Edit,
        ["ScheduleService.Create"] = KeyScope.Edit,
        ["ScheduleService.Update"] = KeyScope.Edit,
        ["ScheduleService.Delete"] = KeyScope.Edit,
        ["ScheduleService.Pause"] = KeyScope.Operate,
        ["ScheduleService.Resume"] = KeyScope.Operate,
        ["WorkerService.Connect"] = KeyScope.Operate,
        ["WorkerService.Drain"] = KeyScope.Operate,
        ["WorkerService.Add"] = KeyScope.Operate,
        ["WorkerService.Remove"] = KeyScope.Operate,
        ["WorkerService.Resume"] = KeyScope.Operate,
        ["TaskService.Execute"] = KeyScope.Run,
        ["TaskService.Cancel"] = KeyScope.Run,
        // Names and hosts of secrets tell an attacker where to look.
        ["SecretService.Set"] = KeyScope.Secrets,
        ["SecretService.List"] = KeyScope.Secrets,
        ["SecretService.Delete"] = KeyScope.Secrets,
        ["AccessService.Create"] = KeyScope.Admin,
        ["AccessService.List"] = KeyScope.Admin,
        ["AccessService.Revoke"] = KeyScope.Admin,
    };

    /// <summary>Returns the scope that an RPC needs.</summary>
    /// <param name="method">The RPC.</param>
    /// <returns>The scope; <see cref="KeyScope.Any"/> when any key will do.</returns>
    public static KeyScope Of(MethodDescriptor method) => RuleOf(method) ?? KeyScope.Admin;

    /// <summary>Returns the rule of an RPC.</summary>
    /// <param name="method">The RPC.</param>
    /// <returns>The scope, or null when there is no rule.</returns>
    public static KeyScope? RuleOf(MethodDescriptor method)
    {
        if (method.FullName == "easyquant.access.v1.AccessService.GetCurrentKey")
        {
            return KeyScope.Any;
        }

        string verb = VerbOf(method.Name);
        if (s_byVerb.TryGetValue($"{method.Service.Name}.{verb}", out KeyScope scope))
        {
            return scope;
        }

        return s_readVerbs.Contains(verb, StringComparer.Ordinal) ? KeyScope.Read : null;
    }

    /// <summary>Name of the authorization policy for a scope.</summary>
    /// <param name="scope">The scope; Any asks for any valid key.</param>
    /// <returns>The name.</returns>
    public static string PolicyOf(KeyScope scope) => scope == KeyScope.Any ? "key" : $"scope:{NameOf(scope)}";

    /// <summary>Lower-case name of a scope, as people write it.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>For example <c>read</c>.</returns>
    public static string NameOf(KeyScope scope) => scope.ToString().ToLowerInvariant();

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

namespace EasyQuant.Gateway.Auth;

/// <summary>What a key may do. The numbers are stored and equal those of <c>easyquant.access.v1.Scope</c>.</summary>
internal enum KeyScope
{
    /// <summary>Asks for any valid key; never stored.</summary>
    Any = 0,

    /// <summary>Read, list, watch, validate and preview.</summary>
    Read = 1,

    /// <summary>Start and steer runs and backtests; upload files.</summary>
    Run = 2,

    /// <summary>Create, change and delete definitions.</summary>
    Edit = 3,

    /// <summary>Steer workers and schedules; connect workers.</summary>
    Operate = 4,

    /// <summary>Manage keys; contains all other scopes.</summary>
    Admin = 5,

    /// <summary>Set, list and delete secrets.</summary>
    Secrets = 6,
}

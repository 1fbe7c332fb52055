namespace EasyQuant.Scheduling;

/// <summary>What happens to nominal times that passed while nobody could fire.</summary>
public enum CatchUpPolicy
{
    /// <summary>None fires.</summary>
    None,

    /// <summary>Only the newest fires, and only when no later time is still on time.</summary>
    Last,

    /// <summary>All within the window fire, oldest first, at most <see cref="FiringPolicy.CatchUpCountMax"/> (the newest).</summary>
    All,
}

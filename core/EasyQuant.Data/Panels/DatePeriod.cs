namespace EasyQuant.Data;

/// <summary>Days from <paramref name="First"/> to <paramref name="Last"/>, both included; no last day means "until further notice".</summary>
/// <param name="First">First day, included.</param>
/// <param name="Last">Last day, included; null = open.</param>
public readonly record struct DatePeriod(DateOnly First, DateOnly? Last)
{
    /// <summary>Whether the day lies in the period.</summary>
    public bool Contains(DateOnly day) => day >= First && (Last is null || day <= Last);
}

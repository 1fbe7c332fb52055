namespace EasyQuant.Domain;

/// <summary>Days from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
/// <param name="First">First day.</param>
/// <param name="Last">Last day; <see cref="DateOnly.MaxValue"/> while the range is open.</param>
public readonly record struct DateRange(DateOnly First, DateOnly Last)
{
    /// <summary>True when <paramref name="day"/> lies in the range.</summary>
    public bool Contains(DateOnly day) => First <= day && day <= Last;
}

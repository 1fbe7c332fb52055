namespace EasyQuant.Engine;

/// <summary>Price limits of one instrument on one day; no limit when <see cref="Source"/> is null.</summary>
internal struct DayLimits
{
    /// <summary>The day they are for, -1 before the first use.</summary>
    public int Day;

    /// <summary>Highest price.</summary>
    public long Upper;

    /// <summary>Lowest price.</summary>
    public long Lower;

    /// <summary>The row they come from.</summary>
    public string? Source;
}

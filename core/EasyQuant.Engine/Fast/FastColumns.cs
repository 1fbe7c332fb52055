namespace EasyQuant.Engine;

/// <summary>Addresses of the columns of one instrument, kept in place by <see cref="FastMarket"/>; <see cref="Amount"/> is null when unknown.</summary>
internal unsafe struct FastColumns
{
    public long* Open;
    public long* High;
    public long* Low;
    public long* Close;
    public long* Volume;
    public long* Amount;

    /// <summary>Time of each row; null when row is time.</summary>
    public int* Slots;

    /// <summary>Number of rows.</summary>
    public int Count;

    /// <summary>Reference prices, one a day.</summary>
    public long* PreviousClose;
}

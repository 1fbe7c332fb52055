namespace EasyQuant.Engine;

/// <summary>What binds orders besides the rows of the rule book.</summary>
internal static class BoundReasons
{
    public const string Cash = "account.cash";
    public const string Position = "account.position";
    public const string Margin = "account.margin";
    public const string Suspended = "market.suspended";
    public const string NoPrice = "market.no-price";
    public const string Volume = "market.volume";
    public const string Delisted = "market.delisted";
    public const string TimeInForce = "order.time-in-force";
    public const string Cancelled = "order.cancelled";
    public const string Paired = "order.paired";
    public const string Split = "action.split";
    public const string Quantity = "order.quantity";
    public const string DataEnd = "data.end";
}

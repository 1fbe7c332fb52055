using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Words of a fan-out as they stand in tables and summaries.</summary>
internal static class BatchText
{
    public static string Of(ItemState state) => state switch
    {
        ItemState.Pending => "pending",
        ItemState.Running => "running",
        ItemState.Succeeded => "succeeded",
        ItemState.Failed => "failed",
        _ => "cancelled",
    };

    public static string Of(ItemPlace place) => place switch
    {
        ItemPlace.Inline => "inline",
        ItemPlace.Threads => "threads",
        ItemPlace.Processes => "processes",
        ItemPlace.Remote => "remote",
        _ => "unknown",
    };
}

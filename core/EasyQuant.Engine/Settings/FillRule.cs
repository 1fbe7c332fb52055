namespace EasyQuant.Engine;

/// <summary>Which price market orders fill at. Everything but <see cref="NextOpen"/> is flagged in the result.</summary>
public enum FillRule
{
    /// <summary>The open of the instrument's next bar. The default: the first price that can be had after the decision.</summary>
    NextOpen = 0,

    /// <summary>The close of the instrument's next bar.</summary>
    NextClose,

    /// <summary>The volume-weighted average of the instrument's next bar: amount over volume, rounded half up to a price unit. Needs amounts.</summary>
    NextVwap,

    /// <summary>The opening auction: the open of the instrument's first bar of the next trading day.</summary>
    NextAuction,

    /// <summary>The close of the bar that the decision was taken on: optimistic, because that close was known before the order was given.</summary>
    SameClose,
}

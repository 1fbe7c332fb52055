namespace EasyQuant.Engine;

/// <summary>When a limit order inside a bar counts as filled.</summary>
public enum LimitFillRule
{
    /// <summary>The price must go through the limit. The default: at the limit itself others stand in the queue before us.</summary>
    Through = 0,

    /// <summary>Touching the limit suffices. Flagged in the result.</summary>
    Touch,
}

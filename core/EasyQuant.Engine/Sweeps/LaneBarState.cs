namespace EasyQuant.Engine;

/// <summary>What an order of the lanes' fixed quantity meets at a bar.</summary>
internal enum LaneBarState : byte
{
    /// <summary>It fills in full for the amount of the tables.</summary>
    Fills = 0,

    /// <summary>It is rejected: the price limit closes its side.</summary>
    Refused,

    /// <summary>Something else happens (a part fills, there is no price): the lane is left to the engine.</summary>
    Other,
}

namespace EasyQuant.Engine;

/// <summary>Which price a market order given at the close of a day fills at.</summary>
public enum FillRule
{
    /// <summary>The open of the instrument's next bar. The default.</summary>
    NextOpen = 0,

    /// <summary>The close of the instrument's next bar.</summary>
    NextClose,
}

namespace EasyQuant.Engine;

/// <summary>What a figure counts.</summary>
public enum FigureUnit
{
    /// <summary>A fraction: 0.1 is 10 %.</summary>
    Fraction = 0,

    /// <summary>A quotient without a unit.</summary>
    Ratio,

    /// <summary>Trading days.</summary>
    Days,

    /// <summary>A whole number of things.</summary>
    Count,

    /// <summary>An exact amount of CNY.</summary>
    Money,

    /// <summary>Any other number.</summary>
    Number,
}

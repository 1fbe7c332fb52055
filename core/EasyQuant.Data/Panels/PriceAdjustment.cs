namespace EasyQuant.Data;

/// <summary>How prices are made comparable over dividends and splits.</summary>
public enum PriceAdjustment
{
    /// <summary>Prices as traded.</summary>
    None = 0,

    /// <summary>The last prices as traded, earlier ones lowered (前复权): price × C(t) ÷ C(as of). Depends on the as-of date.</summary>
    Forward = 1,

    /// <summary>The first prices as traded, later ones raised (后复权): price × C(t). Never depends on anything later than the bar.</summary>
    Backward = 2,
}

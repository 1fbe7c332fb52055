namespace EasyQuant.Engine;

/// <summary>Sums of value x rate over the fills of an order that has filled in part, from which its fees follow without rounding twice.</summary>
internal struct FeeSums
{
    public Int128 Commission;
    public Int128 Stamp;
    public Int128 Transfer;
}

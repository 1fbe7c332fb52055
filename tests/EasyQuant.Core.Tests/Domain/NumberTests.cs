using EasyQuant.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Domain;

public sealed class NumberTests
{
    [Theory]
    [InlineData("12.34", 123_400)]
    [InlineData("-0.5", -5_000)]
    [InlineData(".5", 5_000)]
    [InlineData("7", 70_000)]
    [InlineData("+1.00000", 10_000)]
    [InlineData("922337203685477.5807", long.MaxValue)]
    [InlineData("-922337203685477.5808", long.MinValue)]
    public void Money_DecimalText_IsExact(string text, long units) => Assert.Equal(units, Money.Parse(text).Units);

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.00001")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData(" 1")]
    [InlineData("922337203685477.5808")]
    public void Money_OtherText_IsRefused(string text)
    {
        Assert.False(Money.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Money.Parse(text));
    }

    [Fact]
    public void Text_AnyUnitsAndScale_ParsesBack() => Prop.ForAll(
        ArbMap.Default.ArbFor<long>(),
        Gen.Choose(0, ScaledDecimal.ScaleMax).ToArbitrary(),
        (units, scale) => ScaledDecimal.TryParse(ScaledDecimal.Format(units, scale), scale, out long back) && back == units
            && ScaledDecimal.TryParse(ScaledDecimal.FormatShort(units, scale), scale, out back) && back == units)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Arithmetic_BeyondTheRange_Throws()
    {
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue) + new Money(1));
        Assert.Throws<OverflowException>(() => new Price(long.MaxValue).ValueOf(new Quantity(2)));
    }

    [Theory]
    [InlineData(5, 10, 1)]
    [InlineData(4, 10, 0)]
    [InlineData(-5, 10, -1)]
    [InlineData(15, 10, 2)]
    public void DivideHalfUp_Halves_GoAwayFromZero(int dividend, int divisor, int expected) =>
        Assert.Equal(expected, ScaledDecimal.DivideHalfUp(dividend, divisor));

    [Fact]
    public void ValueOf_PriceOfScaleEight_IsRoundedToMoney() =>
        Assert.Equal(new Money(12_346), new Price(123_456_789).ValueOf(new Quantity(1), 8));
}

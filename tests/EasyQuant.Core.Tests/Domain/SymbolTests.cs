using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Domain;

public sealed class SymbolTests
{
    [Theory]
    [InlineData("600000.SH", "600000.SH")]
    [InlineData("sh.600000", "600000.SH")]
    [InlineData("SH600000", "600000.SH")]
    [InlineData("sh600000", "600000.SH")]
    [InlineData(" 600000.XSHG ", "600000.SH")]
    [InlineData("600000.SSE", "600000.SH")]
    [InlineData("600000.SS", "600000.SH")]
    [InlineData("SH#600000", "600000.SH")]
    [InlineData("SHSE.600000", "600000.SH")]
    [InlineData("600000SH", "600000.SH")]
    [InlineData("600000", "600000.SH")]
    [InlineData("000001", "000001.SZ")]
    [InlineData("000001.XSHE", "000001.SZ")]
    [InlineData("sz000001", "000001.SZ")]
    [InlineData("000001.SH", "000001.SH")]
    [InlineData("430047.BJ", "430047.BJ")]
    [InlineData("bj920001", "920001.BJ")]
    [InlineData("920001", "920001.BJ")]
    [InlineData("510300", "510300.SH")]
    [InlineData("159915", "159915.SZ")]
    [InlineData("AAPL.US", "AAPL.US")]
    [InlineData("BRK.B.US", "BRK.B.US")]
    [InlineData("btcusdt.binance", "BTCUSDT.BINANCE")]
    public void TryNormalize_VendorSpelling_GivesCanonical(string spelling, string canonical)
    {
        Assert.True(Symbol.TryNormalize(spelling, out Symbol symbol));
        Assert.Equal(canonical, symbol.ToString());
        Assert.Equal(symbol, Symbol.Parse(canonical));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAPL")]
    [InlineData("60000.SH")]
    [InlineData("6000000.SH")]
    [InlineData("SHSH")]
    [InlineData("60000A.SH")]
    [InlineData("600000.NOWHERE")]
    [InlineData("700000")]
    public void TryNormalize_SomethingElse_IsRefused(string? spelling)
    {
        Assert.False(Symbol.TryNormalize(spelling, out Symbol symbol));
        Assert.Equal(default, symbol);
    }

    [Theory]
    [InlineData("600000.SH", Board.Main)]
    [InlineData("000001.SZ", Board.Main)]
    [InlineData("002594.SZ", Board.Main)]
    [InlineData("688001.SH", Board.Star)]
    [InlineData("689009.SH", Board.Star)]
    [InlineData("300750.SZ", Board.ChiNext)]
    [InlineData("301001.SZ", Board.ChiNext)]
    [InlineData("430047.BJ", Board.Bse)]
    [InlineData("920001.BJ", Board.Bse)]
    [InlineData("899050.BJ", Board.Index)]
    [InlineData("000001.SH", Board.Index)]
    [InlineData("399001.SZ", Board.Index)]
    [InlineData("510300.SH", Board.Fund)]
    [InlineData("159915.SZ", Board.Fund)]
    [InlineData("900901.SH", Board.BShare)]
    [InlineData("200002.SZ", Board.BShare)]
    [InlineData("113050.SH", Board.Bond)]
    [InlineData("127021.SZ", Board.Bond)]
    [InlineData("AAPL.US", Board.Other)]
    public void BoardOf_CodeRange_GivesBoard(string symbol, Board board) => Assert.Equal(board, Instrument.BoardOf(Symbol.Parse(symbol)));
}

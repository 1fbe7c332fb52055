using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.Tests.Product;

namespace EasyQuant.Interop.Tests.Hostile;

/// <summary>A peer that breaks HTTP/2 or wears the server out loses its connection; the others notice nothing.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileFrameTests(ProductServer server) : IClassFixture<ProductServer>
{
    private const uint ProtocolError = 1, FlowControlError = 3, FrameSizeError = 6, CompressionError = 9, EnhanceYourCalm = 11;
    private const int FrameBytes = 16 * 1024;

    [Fact]
    public async Task Call_ByHand_Answered()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.FrameAsync(RawHttp2.HeadersType, RawHttp2.EndHeaders, 1, RawHttp2.Call());
        await raw.FrameAsync(RawHttp2.Data, RawHttp2.EndStream, 1, new byte[5]);

        Assert.NotNull(await raw.ReadAsync(frame => frame is { Type: RawHttp2.HeadersType, Stream: 1 }));
    }

    [Fact]
    public async Task Headers_MoreThan32KiB_ConnectionEnds()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);
        byte[] block = RawHttp2.Call(("x-large", new string('a', 100_000)));
        byte[][] parts = [.. block.Chunk(FrameBytes)];

        await raw.WriteManyAsync(parts.Length, i => RawHttp2.Frame(
            i == 0 ? RawHttp2.HeadersType : RawHttp2.Continuation, i == parts.Length - 1 ? RawHttp2.EndHeaders : (byte)0, 1, parts[i]));

        await AssertEndedAsync(raw);
    }

    [Fact]
    public async Task Headers_Of101Fields_CallRefused()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.FrameAsync(RawHttp2.HeadersType, RawHttp2.EndHeaders, 1, RawHttp2.Call([.. Enumerable.Range(0, 101).Select(i => ($"x-{i}", "a"))]));

        // An answer before a body came, so a refusal: with a status, a reset or the end of the connection.
        Assert.NotNull(await raw.ReadAsync(f => f is { Type: RawHttp2.HeadersType or RawHttp2.Reset, Stream: 1 } or { Type: RawHttp2.GoAway }));
        await server.AssertServesAsync();
    }

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(16)]
    public async Task Continuation_WithoutEnd_ConnectionEndsWithoutTheMemory(int bytes)
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);
        // Fields of four bytes: a name and a value of one letter each.
        byte[] part = RawHttp2.Frame(RawHttp2.Continuation, 0, 1, [.. Enumerable.Repeat(RawHttp2.Block(("a", "b")), bytes / 5).SelectMany(b => b)]);
        long before = GC.GetTotalAllocatedBytes();

        await raw.FrameAsync(RawHttp2.HeadersType, 0, 1, RawHttp2.Call());
        await raw.WriteManyAsync(256 * 1024 * 1024 / FrameBytes, _ => part);
        await AssertEndedAsync(raw);

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 32L * 1024 * 1024);
    }

    [Theory]
    [InlineData("X-Upper", "a")]
    [InlineData("", "a")]
    [InlineData(":unknown", "a")]
    [InlineData(":path", "/again")]
    [InlineData("connection", "close")]
    [InlineData("te", "gzip")]
    public async Task Headers_InvalidField_ProtocolError(string name, string value)
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.FrameAsync(RawHttp2.HeadersType, RawHttp2.EndHeaders, 1, RawHttp2.Call((name, value)));

        Assert.Equal(name.Length > 0 ? ProtocolError : CompressionError, await raw.ReadErrorAsync());
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Frame_HalfThenClosed_OthersServed()
    {
        for (int i = 0; i < 20; i++)
        {
            using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);
            await raw.FrameAsync(RawHttp2.HeadersType, RawHttp2.EndHeaders, 1, RawHttp2.Call());
            await raw.WriteAsync(RawHttp2.Frame(RawHttp2.Data, 0, 1, new byte[10], claimedLength: FrameBytes));
        }

        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Frame_LongerThanAgreed_FrameSizeError()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.WriteAsync(RawHttp2.Frame(RawHttp2.Data, 0, 1, [], claimedLength: 0xFFFFFF));

        Assert.Equal(FrameSizeError, await raw.ReadErrorAsync());
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Data_OnAnIdleStream_ConnectionEnds()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.FrameAsync(RawHttp2.Data, 0, 7, new byte[5]);

        await AssertEndedAsync(raw);
    }

    [Fact]
    public async Task WindowUpdate_PastTheLimit_FlowControlError()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.FrameAsync(RawHttp2.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]);

        Assert.Equal(FlowControlError, await raw.ReadErrorAsync());
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Preface_OfAnotherProtocol_ConnectionEnds()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address, preface: false);

        // Longer than the longest request line: until then it could be HTTP/1.1, which is told so.
        await raw.WriteManyAsync(1, _ => Enumerable.Repeat((byte)0x16, 16 * 1024).ToArray());

        await AssertEndedAsync(raw);
    }

    [Fact]
    public async Task Reset_Thousands_EnhanceYourCalm()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);
        byte[] block = RawHttp2.Call();
        Task<Http2Frame?> end = raw.ReadAsync(frame => frame.Type == RawHttp2.GoAway && RawHttp2.CodeOf(frame) != 0);

        bool closed = await raw.WriteManyAsync(20_000, i => end.IsCompleted
            ? []
            : [
                .. RawHttp2.Frame(RawHttp2.HeadersType, RawHttp2.EndHeaders, 2 * i + 1, block),
                .. RawHttp2.Frame(RawHttp2.Reset, 0, 2 * i + 1, [0, 0, 0, 8]),
            ]);

        Http2Frame? last = await end;
        Assert.True(closed || last is not null);
        Assert.True(last is null || RawHttp2.CodeOf(last) == EnhanceYourCalm);
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Ping_ThousandsUnread_OthersServed()
    {
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Address);

        await raw.WriteManyAsync(5_000, _ => RawHttp2.Frame(RawHttp2.Ping, 0, 0, new byte[8]));

        await server.AssertServesAsync();
    }

    private async Task AssertEndedAsync(RawHttp2 raw)
    {
        Http2Frame? end = await raw.ReadAsync(frame => frame.Type == RawHttp2.GoAway && RawHttp2.CodeOf(frame) != 0);
        // After its last word, or without one when the socket was reset first, the server closes.
        Assert.True(end is null || await raw.ReadAsync(_ => false) is null);
        await server.AssertServesAsync();
    }
}

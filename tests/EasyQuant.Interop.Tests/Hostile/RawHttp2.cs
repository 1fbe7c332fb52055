using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using EasyQuant.Interop.Tests.Fixtures;

namespace EasyQuant.Interop.Tests.Hostile;

/// <summary>A client of HTTP/2 that sends whatever it is told to, frame by frame (RFC 9113), with headers of HPACK's simplest form (RFC 7541).</summary>
internal sealed class RawHttp2 : IDisposable
{
    internal const byte Data = 0, HeadersType = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;
    internal const byte EndStream = 1, EndHeaders = 4;

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    /// <summary>Connects and, unless told otherwise, sends the preface and empty settings.</summary>
    internal static async Task<RawHttp2> ConnectAsync(Uri server, bool preface = true)
    {
        var raw = new RawHttp2();
        await raw._tcp.ConnectAsync(server.Host, server.Port);
        raw._stream = raw._tcp.GetStream();
        if (preface)
        {
            await raw.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            await raw.FrameAsync(Settings, 0, 0, []);
        }

        return raw;
    }

    /// <summary>The pseudo-headers and headers of a call, and more.</summary>
    internal static byte[] Call(params (string Name, string Value)[] more) => Block(
    [
        (":method", "POST"), (":scheme", "http"), (":path", "/easyquant.interop.v1.Echo/Unary"), (":authority", "localhost"),
        ("content-type", "application/grpc"), ("te", "trailers"), .. more,
    ]);

    /// <summary>Literal fields without indexing and with new names.</summary>
    internal static byte[] Block(params (string Name, string Value)[] fields)
    {
        using var block = new MemoryStream();
        foreach ((string name, string value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    internal Task FrameAsync(byte type, byte flags, int stream, byte[] payload) => WriteAsync(Frame(type, flags, stream, payload));

    internal static byte[] Frame(byte type, byte flags, int stream, byte[] payload, int? claimedLength = null)
    {
        byte[] frame = new byte[9 + payload.Length];
        int length = claimedLength ?? payload.Length;
        frame[0] = (byte)(length >> 16);
        frame[1] = (byte)(length >> 8);
        frame[2] = (byte)length;
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <exception cref="IOException">The server has closed the connection.</exception>
    internal async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Deadlines.Soon);

    /// <summary>Writes as long as the server listens.</summary>
    /// <returns>Whether it closed the connection.</returns>
    internal async Task<bool> WriteManyAsync(int count, Func<int, byte[]> bytes)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                await WriteAsync(bytes(i));
            }

            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Reads frames up to one that matches.</summary>
    /// <returns>The frame; null when the server closed the connection first.</returns>
    internal async Task<Http2Frame?> ReadAsync(Func<Http2Frame, bool> match)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Soon);
        byte[] header = new byte[9];
        try
        {
            while (await _stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, deadline.Token) == 9)
            {
                byte[] payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
                await _stream.ReadExactlyAsync(payload, deadline.Token);
                var frame = new Http2Frame(header[3], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
                if (match(frame))
                {
                    return frame;
                }
            }

            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads the code of the RST_STREAM or GOAWAY that ends a stream or everything; null when the connection just ends.</summary>
    internal async Task<uint?> ReadErrorAsync()
    {
        Http2Frame? frame = await ReadAsync(f => f.Type is Reset or GoAway && CodeOf(f) != 0);
        return frame is null ? null : CodeOf(frame);
    }

    internal static uint CodeOf(Http2Frame frame) =>
        BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(frame.Type == GoAway ? 4 : 0));

    public void Dispose() => _tcp.Dispose();

    private static void WriteText(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int rest = bytes.Length;
        if (rest < 127)
        {
            block.WriteByte((byte)rest);
        }
        else
        {
            block.WriteByte(127);
            for (rest -= 127; rest >= 128; rest >>= 7)
            {
                block.WriteByte((byte)(rest % 128 | 128));
            }

            block.WriteByte((byte)rest);
        }

        block.Write(bytes);
    }
}

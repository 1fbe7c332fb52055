using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.RunnerService.Processes;

/// <summary>Messages between a worker and its child processes: 4 bytes length (little endian), then a JSON object of at most <see cref="BytesMax"/> bytes.</summary>
internal static class ItemFrame
{
    /// <summary>Longest message: 32 MiB. Larger data travels by reference.</summary>
    public const int BytesMax = 32 << 20;

    // What a pipe takes without a reader (64 KiB on Linux) holds a few of these.
    private const int ShortBytesMax = 16 << 10;

    /// <summary>Writes one message and flushes; not for two writers at a time. A short one is written at once, because a pipe has room for it; a long one waits for its reader.</summary>
    /// <exception cref="InvalidDataException">It is too long; nothing was written.</exception>
    public static async ValueTask WriteAsync(Stream stream, JsonObject message, CancellationToken cancellationToken)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(message);
        if (payload.Length > BytesMax)
        {
            throw new InvalidDataException($"A message between a worker and its processes may have {BytesMax} bytes, this one has {payload.Length}: pass large values on as tables.");
        }

        byte[] frame = new byte[payload.Length + 4];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        payload.CopyTo(frame, 4);
        if (frame.Length <= ShortBytesMax)
        {
            // Asynchronous writes to a pipe go over a thread of the pool: more than an item of a fan-out may cost.
            stream.Write(frame);
            stream.Flush();
            return;
        }

        await stream.WriteAsync(frame, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for the next message on the calling thread; null at the end of the stream. Give it a buffered stream.</summary>
    /// <exception cref="InvalidDataException">What came is no message, or too long.</exception>
    public static JsonObject? Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[4];
        if (stream.ReadAtLeast(header, 4, throwOnEndOfStream: false) < 4)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 2 or > BytesMax)
        {
            throw new InvalidDataException($"The process sent a message of {length} bytes.");
        }

        byte[] payload = new byte[length];
        if (stream.ReadAtLeast(payload, length, throwOnEndOfStream: false) < length)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(payload, null, new JsonDocumentOptions { MaxDepth = 256 }) as JsonObject
                ?? throw new InvalidDataException("The process sent JSON that is no object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The process sent what is no JSON.", e);
        }
    }
}

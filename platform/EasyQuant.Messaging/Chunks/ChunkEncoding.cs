namespace EasyQuant.Messaging.Chunks;

/// <summary>How the rows of a chunk are written. The numbers are those of the message <c>DataChunk</c>.</summary>
public enum ChunkEncoding
{
    /// <summary>Column buffers in bytes fields of a protobuf message; the default.</summary>
    Protobuf = 1,

    /// <summary>UTF-8 JSON: <c>{"columns":[{"name","type","scale"}],"rows":[[...]]}</c>.</summary>
    Json = 2,

    /// <summary>MessagePack with the shape of <see cref="Json"/>.</summary>
    Msgpack = 3,

    /// <summary>Arrow IPC stream, readable by pandas and apache-arrow.</summary>
    Arrow = 4,
}

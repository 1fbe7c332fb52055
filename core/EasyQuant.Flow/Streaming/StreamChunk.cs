using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>A chunk on its way through a chain. Shard and sequence name it for ever: who reads the input again makes the same chunk under the same name. Immutable.</summary>
/// <param name="Shard">Logical producer, counted from 0.</param>
/// <param name="Sequence">Position in the shard's input, counted from 0.</param>
/// <param name="Table">The rows; may be none.</param>
/// <param name="Delivery">What a consumer holds for it until its effects are durable; null for a source that reads its own input.</param>
public sealed record StreamChunk(int Shard, long Sequence, Table Table, IStreamDelivery? Delivery = null);

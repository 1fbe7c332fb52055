namespace EasyQuant.Messaging.Topics;

/// <summary>What waits for one consumer group.</summary>
/// <param name="Group">The group.</param>
/// <param name="WaitingCount">Chunks that no member holds, as the broker counts them now.</param>
/// <param name="ConsumerCount">Members that the broker knows.</param>
public sealed record TopicDepth(string Group, long WaitingCount, long ConsumerCount);

namespace EasyQuant.Messaging.Topics;

/// <summary>What became of a chunk that was sent.</summary>
public enum SendOutcome
{
    /// <summary>Every consumer group of the topic has it.</summary>
    Confirmed,

    /// <summary>
    /// A group's queue is full, or the broker takes nothing at the moment: back-pressure. Stop reading the input and send the same chunk again later.
    /// Another group may have it already; its consumers drop the second one by its key.
    /// </summary>
    Refused,

    /// <summary>No answer in time: it may or may not be stored. Send the same chunk again.</summary>
    Unknown,

    /// <summary>No consumer group is declared on the topic; nothing was stored.</summary>
    Unroutable,
}

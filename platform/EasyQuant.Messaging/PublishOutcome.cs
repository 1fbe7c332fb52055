namespace EasyQuant.Messaging;

/// <summary>What became of a published message.</summary>
public enum PublishOutcome
{
    /// <summary>The broker has it, on disk.</summary>
    Confirmed,

    /// <summary>The broker refused it: a queue is full. It was not stored.</summary>
    Refused,

    /// <summary>It was mandatory and no queue is bound. It was not stored.</summary>
    Unroutable,

    /// <summary>No answer in time: it may or may not be stored. Publish it again with the same id.</summary>
    Unknown,

    /// <summary>The broker could not be reached: it was not sent. All messages of a call are unsent, or none.</summary>
    Unsent,
}

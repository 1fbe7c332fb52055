namespace EasyQuant.Persistence.Messages;

/// <summary>
/// Publishes messages in order and waits for their confirms, within 10 s whatever the broker does. Returns one value a message:
/// true when the broker has confirmed it. Anything else counts as unknown, and the message is published again with the same id. Returns null when the
/// broker cannot be reached and nothing was sent.
/// </summary>
/// <param name="messages">The messages, at least one.</param>
/// <param name="cancellationToken">Ends the wait.</param>
/// <returns>Whether each message is confirmed; null when nothing was sent.</returns>
public delegate Task<IReadOnlyList<bool>?> OutboxPublish(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken);

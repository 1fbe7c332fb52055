namespace EasyQuant.Messaging;

/// <summary>Handles one message. An exception counts as <see cref="MessageVerdict.Requeue"/>.</summary>
/// <param name="message">The message; its body is valid until the returned task has ended.</param>
/// <param name="cancellationToken">Cancelled when the consumer stops or its channel is lost; the message then comes again.</param>
/// <returns>What to do with the message.</returns>
public delegate Task<MessageVerdict> MessageHandler(IncomingMessage message, CancellationToken cancellationToken);

namespace EasyQuant.Messaging;

/// <summary>What flows into a queue.</summary>
/// <param name="Exchange">Exchange to bind to.</param>
/// <param name="RoutingKey">Routing key, or a pattern (<c>workflow.run.*</c>) on a topic exchange.</param>
public sealed record QueueBinding(string Exchange, string RoutingKey);

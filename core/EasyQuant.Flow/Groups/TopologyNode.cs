namespace EasyQuant.Flow;

/// <summary>A group or a queue in the picture of a definition.</summary>
/// <param name="Id">Unique in the picture: <c>group:readers</c>, <c>queue:bars</c>.</param>
/// <param name="Name">Id of the group, or name of the topic.</param>
/// <param name="IsQueue">Whether it is a queue.</param>
/// <param name="Title">Text for people.</param>
/// <param name="Layer">Column in which to draw it, counted from 0 along the flow: groups even, queues odd.</param>
public sealed record TopologyNode(string Id, string Name, bool IsQueue, string Title, int Layer);

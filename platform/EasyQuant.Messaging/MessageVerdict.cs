namespace EasyQuant.Messaging;

/// <summary>What a handler decides about a message.</summary>
public enum MessageVerdict
{
    /// <summary>Done, and the effect is committed.</summary>
    Ack,

    /// <summary>Not now: the broker delivers it again, at most <see cref="Topology.DeliveryCountMax"/> times.</summary>
    Requeue,

    /// <summary>Never: undecodable or impossible. It goes to the dead letters.</summary>
    Reject,
}

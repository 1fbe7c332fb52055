namespace EasyQuant.Flow;

/// <summary>Names of the brokers that carry topics.</summary>
public static class GroupBrokers
{
    /// <summary>What a definition uses that says nothing.</summary>
    public const string Default = "rabbitmq";

    /// <summary>Redis Streams.</summary>
    public const string Redis = "redis";

    /// <summary>All names, in the order in which pages offer them.</summary>
    public static IReadOnlyList<string> All { get; } = [Default, Redis];
}

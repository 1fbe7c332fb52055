namespace EasyQuant.Flow;

/// <summary>Names of the ways in which rows travel on a topic.</summary>
public static class GroupSerializers
{
    /// <summary>What a topic uses that says nothing.</summary>
    public const string Default = "protobuf";

    /// <summary>All names, in the order in which pages offer them.</summary>
    public static IReadOnlyList<string> All { get; } = [Default, "json", "msgpack", "arrow"];
}

namespace EasyQuant.Messaging;

/// <summary>The version of what messages hold: a header that every sender writes and every receiver reads before the body.</summary>
internal static class MessageSchema
{
    /// <summary>Name of the header.</summary>
    public const string Header = "schema-version";

    /// <summary>The version that this program writes and reads. A change that an older reader would misunderstand takes the next one.</summary>
    public const int Version = 1;

    /// <summary>Whether this program understands a message.</summary>
    /// <param name="version">What the header says; empty when there is none, as for senders that write version 1.</param>
    public static bool IsKnown(string version) => version.Length == 0 || version == "1";
}

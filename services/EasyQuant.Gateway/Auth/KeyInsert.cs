namespace EasyQuant.Gateway.Auth;

/// <summary>How storing a key ended.</summary>
internal enum KeyInsert
{
    /// <summary>The key is stored.</summary>
    Stored,

    /// <summary>An unrevoked key of the project has the name.</summary>
    NameTaken,

    /// <summary>The project has as many keys as it may.</summary>
    TooMany,
}

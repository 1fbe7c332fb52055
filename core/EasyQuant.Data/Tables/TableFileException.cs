namespace EasyQuant.Data;

/// <summary>A table file is not one, is of a newer version, truncated or corrupt. The message says which and where.</summary>
public sealed class TableFileException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TableFileException(string message)
        : base(message)
    {
    }
}

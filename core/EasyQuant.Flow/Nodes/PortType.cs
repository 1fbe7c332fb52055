namespace EasyQuant.Flow;

/// <summary>What a port carries.</summary>
public enum PortType
{
    /// <summary>Any JSON value, null included.</summary>
    Json,

    /// <summary>A <see cref="EasyQuant.Data.Table"/>.</summary>
    Table,
}

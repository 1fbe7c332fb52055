namespace Aspire.Npgsql;

/// <summary>Settings of a PostgreSQL data source; section <c>Aspire:Npgsql</c> and <c>Aspire:Npgsql:{connection name}</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:{connection name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out; false by default.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the spans out; false by default.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves the metrics out; false by default.</summary>
    public bool DisableMetrics { get; set; }
}

namespace Aspire.Hosting.Local;

/// <summary>Parts of a connection string, handed to processes as <c>{NAME}_{PART}</c>.</summary>
internal interface IConnectionProperties
{
    /// <summary>Parts by their names, upper case.</summary>
    IEnumerable<(string Part, string Value)> ConnectionProperties { get; }
}

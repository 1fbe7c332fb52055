namespace EasyQuant.Persistence.Migrations;

/// <summary>A schema cannot be brought to what this program needs; a person must act, so it is never retried.</summary>
/// <param name="message">What was found, what was expected, and what to do.</param>
public sealed class MigrationException(string message) : Exception(message);

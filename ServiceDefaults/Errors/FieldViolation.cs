namespace EasyQuant.ServiceDefaults.Errors;

/// <summary>One field of a request that was refused.</summary>
/// <param name="Field">JSON pointer (<c>/nodes/3/params/period</c>) or proto field path of the field; empty for the whole request.</param>
/// <param name="Description">What was expected and what came, in English.</param>
public sealed record FieldViolation(string Field, string Description);

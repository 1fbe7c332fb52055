namespace EasyQuant.Scheduling;

/// <summary>Why a cron text was refused.</summary>
/// <param name="Field">Name of the field that is wrong, for example "minute", or "expression" when the text as a whole is.</param>
/// <param name="Found">The part of the text that was refused, as it came.</param>
/// <param name="Message">One English sentence that names the field, the values that it takes and what came.</param>
public sealed record CronError(string Field, string Found, string Message);

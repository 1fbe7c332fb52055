namespace EasyQuant.Samples.Demo;

/// <summary>A sample did not end as it should.</summary>
/// <param name="message">Which one, and why.</param>
public sealed class SampleFailedException(string message) : Exception(message);

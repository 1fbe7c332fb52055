namespace EasyQuant.Flow;

/// <summary>The lane works under a right that it has lost: it stops, and no chunk is to blame.</summary>
/// <param name="message">Which right.</param>
/// <param name="innerException">What told so, or null.</param>
public sealed class StreamFencedException(string message, Exception? innerException) : Exception(message, innerException)
{
}

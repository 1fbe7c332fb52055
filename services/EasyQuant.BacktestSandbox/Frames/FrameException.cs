namespace EasyQuant.BacktestSandbox.Frames;

/// <summary>The other side sent something that is no frame, or too much.</summary>
/// <param name="message">What came and what is allowed.</param>
public sealed class FrameException(string message) : Exception(message);

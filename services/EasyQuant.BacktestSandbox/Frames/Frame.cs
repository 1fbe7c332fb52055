namespace EasyQuant.BacktestSandbox.Frames;

/// <summary>One message of the sandbox program.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Payload">Its bytes.</param>
public readonly record struct Frame(FrameKind Kind, byte[] Payload);

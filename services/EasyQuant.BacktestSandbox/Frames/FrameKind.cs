namespace EasyQuant.BacktestSandbox.Frames;

/// <summary>What a frame says.</summary>
public enum FrameKind : byte
{
    /// <summary>Share of the work done: one double, 0 to 1.</summary>
    Progress = 1,

    /// <summary>A piece of a result table: see <see cref="Computing.ResultChunk"/>.</summary>
    Chunk = 2,

    /// <summary>JSON of what ended well; the last frame of a job.</summary>
    Result = 3,

    /// <summary>JSON of a <see cref="SandboxFault"/>; the last frame of a job.</summary>
    Fault = 4,

    /// <summary>The compiled strategy.</summary>
    Assembly = 5,

    /// <summary>Its line numbers.</summary>
    Symbols = 6,

    /// <summary>JSON of one finished trial of a sweep.</summary>
    Trial = 7,

    /// <summary>A text of the result: see <see cref="Computing.ResultDocument"/>.</summary>
    Document = 8,
}

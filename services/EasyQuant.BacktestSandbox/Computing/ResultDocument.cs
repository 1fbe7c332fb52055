using System.Text;
using EasyQuant.BacktestSandbox.Frames;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>A text of a result.</summary>
/// <param name="Name"><see cref="Report"/> or <see cref="TearSheet"/>.</param>
/// <param name="Content">The text.</param>
public sealed record ResultDocument(string Name, string Content)
{
    /// <summary>The report as JSON.</summary>
    public const string Report = "report";

    /// <summary>The tear sheet as one HTML file, opened in English with gains green.</summary>
    public const string TearSheet = "tear_sheet";

    private const int BytesMax = 16 << 20;

    /// <summary>Returns the payload of a frame: one byte that tells the name, then the text.</summary>
    public byte[] ToPayload() => [(byte)(Name == Report ? 0 : 1), .. Encoding.UTF8.GetBytes(Content)];

    /// <summary>Reads a payload that is not trusted.</summary>
    /// <exception cref="FrameException">It is too long, or no text.</exception>
    public static ResultDocument FromPayload(byte[] payload)
    {
        if (payload.Length is 0 or > BytesMax || payload[0] > 1)
        {
            throw new FrameException($"A document of the strategy's process has {payload.Length} bytes, 1 to {BytesMax} are allowed.");
        }

        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(payload, 1, payload.Length - 1);
            // PostgreSQL keeps no NUL in a text.
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new FrameException("A document of the strategy's process holds a NUL character.")
                : new ResultDocument(payload[0] == 0 ? Report : TearSheet, text);
        }
        catch (DecoderFallbackException)
        {
            throw new FrameException("A document of the strategy's process is not UTF-8.");
        }
    }
}

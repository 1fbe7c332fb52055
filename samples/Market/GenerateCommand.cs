using System.Globalization;

namespace EasyQuant.Samples.Market;

/// <summary>The command <c>generate --output DIR [--seed 7] [--symbols 50] [--days 500]</c>.</summary>
public static class GenerateCommand
{
    /// <summary>How the command is called.</summary>
    public const string Usage = "generate --output DIR [--seed 7] [--symbols 50] [--days 500]";

    /// <summary>Writes the files of a synthetic market; existing files of the same name are replaced.</summary>
    /// <param name="args">Arguments after the command's name.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <returns>0, or 2 when the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        string? output = null;
        long seed = 7;
        int symbols = 50;
        int days = 500;
        for (int i = 0; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            bool isKnown = (args[i], value) switch
            {
                ("--output", { Length: > 0 }) => (output = value) is not null,
                ("--seed", not null) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed),
                ("--symbols", not null) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out symbols),
                ("--days", not null) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out days),
                _ => false,
            };
            if (!isKnown)
            {
                return await RefuseAsync($"`{args[i]}` with value `{value}` is not understood.");
            }
        }

        if (output is null)
        {
            return await RefuseAsync("--output DIR is needed.");
        }

        try
        {
            SyntheticMarket market = SyntheticMarket.Generate(seed, symbols, days);
            await WriteAsync(market, output, cancellationToken);
            await Console.Out.WriteLineAsync(
                $"{market.Files.Count} files, {market.Bars.RowCount} bars, {market.Days[0]:yyyy-MM-dd} to {market.Days[^1]:yyyy-MM-dd}, {market.Faults.Count} planted faults: {Path.GetFullPath(output)}");
            return 0;
        }
        catch (ArgumentOutOfRangeException e)
        {
            return await RefuseAsync(e.Message);
        }
    }

    /// <summary>Writes all files below a directory.</summary>
    /// <param name="market">What to write.</param>
    /// <param name="directory">Created when missing.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    public static async Task WriteAsync(SyntheticMarket market, string directory, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(market);
        foreach (SampleFile file in market.Files)
        {
            string full = Path.Combine(directory, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllBytesAsync(full, file.Content, cancellationToken);
        }
    }

    private static async Task<int> RefuseAsync(string why)
    {
        await Console.Error.WriteLineAsync($"{why}\nusage: {Usage}");
        return 2;
    }
}

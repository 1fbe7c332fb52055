namespace EasyQuant.Engine;

/// <summary>How bias checks run. Immutable.</summary>
public sealed record BiasOptions
{
    /// <summary>The defaults.</summary>
    public static BiasOptions Default { get; } = new();

    /// <summary>Seed of the shuffles. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Shuffled runs, 10 to 10,000; the smallest probability that they can show is 1 / (count + 1). Default 99.</summary>
    public int ShuffleCount { get; init; } = 99;

    /// <summary>Ends of shortened data, evenly spread over the period, 1 to 20. Default 3.</summary>
    public int CutCount { get; init; } = 3;

    /// <summary>Checks ranges.</summary>
    /// <returns>All errors, empty when the options are usable.</returns>
    public IReadOnlyList<ParameterError> Validate()
    {
        List<ParameterError> errors = [];
        if (ShuffleCount is < 10 or > 10_000)
        {
            errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", "shuffleCount", $"shuffleCount must be 10 to 10000, was {ShuffleCount}."));
        }

        if (CutCount is < 1 or > 20)
        {
            errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", "cutCount", $"cutCount must be 1 to 20, was {CutCount}."));
        }

        return errors;
    }
}

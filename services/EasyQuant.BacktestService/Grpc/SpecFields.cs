using System.Globalization;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Reads single values of a spec and collects what is wrong with them.</summary>
internal sealed class SpecFields
{
    /// <summary>Decimal places of rates: millionths.</summary>
    public const int RateScale = 6;

    /// <summary>What is wrong, in order of the fields.</summary>
    public List<ParameterError> Errors { get; } = [];

    /// <summary>Adds a fault.</summary>
    public void Add(string reason, string field, string message) => Errors.Add(new ParameterError(reason, field, message));

    /// <summary>Reads an ISO date; empty gives null.</summary>
    public DateOnly? Date(string text, string field)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            return date;
        }

        Add("DATE_INVALID", field, $"{field} must be a date such as 2024-01-31, was \"{text}\".");
        return null;
    }

    /// <summary>Reads an amount: at least 0, or above 0.</summary>
    public Money Amount(string text, string field, bool mayBeZero)
    {
        bool isGood = Money.TryParse(text, out Money money) && (mayBeZero ? money >= Money.Zero : money > Money.Zero);
        if (!isGood)
        {
            string bound = mayBeZero ? "at least 0" : "above 0";
            Add("PARAMETER_OUT_OF_RANGE", field, $"{field} must be an amount {bound} with at most {Money.Scale} decimal places, was \"{text}\".");
            return Money.FromYuan(1);
        }

        return money;
    }

    /// <summary>Reads a fraction in millionths; empty gives null.</summary>
    public long? Rate(string text, string field, long minimumPpm, long maximumPpm)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (ScaledDecimal.TryParse(text, RateScale, out long ppm) && ppm >= minimumPpm && ppm <= maximumPpm)
        {
            return ppm;
        }

        string lower = minimumPpm > 0 ? "above 0" : "0";
        string upper = (maximumPpm / 1e6m).ToString("0.######", CultureInfo.InvariantCulture);
        Add("PARAMETER_OUT_OF_RANGE", field, $"{field} must be {lower} to {upper} with at most {RateScale} decimal places, was \"{text}\".");
        return null;
    }

    /// <summary>Checks the name of a currency.</summary>
    public void Currency(string name, string field)
    {
        if (name.Length is 0 or > 16 || !name.All(char.IsAsciiLetterOrDigit))
        {
            Add("NAME_INVALID", field, $"{field} must be a currency such as CNY, 1 to 16 letters and digits, was \"{name}\".");
        }
    }

    /// <summary>Reads a symbol in any spelling.</summary>
    public Symbol? SymbolOf(string text, string field)
    {
        if (Symbol.TryNormalize(text, out Symbol symbol))
        {
            return symbol;
        }

        if (Errors.Count < 100)
        {
            Add("SYMBOL_INVALID", field, $"\"{text}\" is not a known spelling of a symbol.");
        }

        return null;
    }
}

namespace EasyQuant.Data;

/// <summary>Whose CSV it is: decides units. Header names of all vendors are understood in every profile.</summary>
public enum CsvProfile
{
    /// <summary>Volume in shares, amount in CNY, unless the options say otherwise.</summary>
    Generic = 0,

    /// <summary>Tushare <c>daily</c>: volume in lots of 100 shares, amount in thousands of CNY.</summary>
    Tushare = 1,
}

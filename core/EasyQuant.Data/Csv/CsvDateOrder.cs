namespace EasyQuant.Data;

/// <summary>Which part of a date such as <c>1/2/1990</c> is the month.</summary>
public enum CsvDateOrder
{
    /// <summary>Found from the whole file: a part above 12 is a day. When no part is, the file is refused.</summary>
    Detect = 0,

    /// <summary>Month first, as in the United States.</summary>
    MonthFirst = 1,

    /// <summary>Day first, as in most of Europe.</summary>
    DayFirst = 2,
}

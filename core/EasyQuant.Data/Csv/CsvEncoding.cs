namespace EasyQuant.Data;

/// <summary>Text encoding of a CSV file.</summary>
public enum CsvEncoding
{
    /// <summary>UTF-8 (with or without BOM) when the bytes are valid UTF-8, else GB18030.</summary>
    Auto = 0,

    /// <summary>UTF-8, with or without BOM.</summary>
    Utf8 = 1,

    /// <summary>GB18030, which includes GBK and GB2312.</summary>
    Gb18030 = 2,
}

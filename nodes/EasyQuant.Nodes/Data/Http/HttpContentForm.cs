namespace EasyQuant.Nodes.Data;

/// <summary>What the body of an HTTP answer is read as.</summary>
public enum HttpContentForm
{
    /// <summary>A JSON value; a list of row objects becomes a table too.</summary>
    Json = 0,

    /// <summary>A text in the charset that the server names, UTF-8 when it names none.</summary>
    Text = 1,

    /// <summary>A CSV file of daily bars of any vendor, as <see cref="CsvLoaderNode"/> reads them.</summary>
    Bars = 2,

    /// <summary>Nothing: the body is only kept as the file of <see cref="HttpRequestParameters.SaveAs"/>.</summary>
    File = 3,
}

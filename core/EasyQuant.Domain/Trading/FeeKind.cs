namespace EasyQuant.Domain;

/// <summary>What a fee is for.</summary>
public enum FeeKind
{
    /// <summary>The broker's commission.</summary>
    Commission = 0,

    /// <summary>Stamp duty of the state.</summary>
    StampDuty,

    /// <summary>Transfer fee of the clearing house.</summary>
    TransferFee,

    /// <summary>Tax on dividends received, charged at the sale by the time the shares were held.</summary>
    DividendTax,
}

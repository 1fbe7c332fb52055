namespace EasyQuant.Domain;

/// <summary>Why cash or shares changed without a fill.</summary>
public enum PostingKind
{
    /// <summary>Cash dividend received, or owed by a short position.</summary>
    Dividend = 0,

    /// <summary>Shares from a split, a bonus or a transfer of reserves.</summary>
    ShareIssue,

    /// <summary>Payment for subscribed rights, and the shares.</summary>
    Rights,

    /// <summary>Cash and removal of the shares of a delisted instrument.</summary>
    Delisting,

    /// <summary>Exchange of shares into those of a successor.</summary>
    Conversion,

    /// <summary>Interest on cash: received, or paid for a debt.</summary>
    Interest,

    /// <summary>Fee for borrowed shares.</summary>
    BorrowFee,

    /// <summary>Cash moved between currencies.</summary>
    Exchange,
}

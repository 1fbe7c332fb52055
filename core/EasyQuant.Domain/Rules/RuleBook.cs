using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>
/// Exchange and tax rules as dated rows. A lookup returns the row of the kind for the board with the latest effective date not after
/// the day, or null when no row is in force. Immutable and thread-safe; lookups do not allocate.
/// </summary>
public sealed class RuleBook
{
    private static readonly Lazy<RuleBook> s_china = new(LoadChina);

    private readonly Lookup<PriceLimitRule> _priceLimits;
    private readonly Lookup<PriceLimitRule> _specialPriceLimits;
    private readonly Lookup<NewListingRule> _newListings;
    private readonly Lookup<LotRule> _lots;
    private readonly Lookup<TickRule> _ticks;
    private readonly Lookup<SettlementRule> _settlements;
    private readonly Lookup<StampDutyRule> _stampDuties;
    private readonly Lookup<TransferFeeRule> _transferFees;
    private readonly Lookup<FeeRoundingRule> _feeRoundings;
    private readonly Lookup<DividendTaxRule> _dividendTaxes;
    private readonly DateOnly[][] _changesByBoard;

    /// <summary>Makes a rule book.</summary>
    /// <param name="version">Names the edition; part of every backtest's manifest.</param>
    /// <param name="rules">The rows, any order.</param>
    /// <exception cref="ArgumentException">Two rows have the same id, or the same kind, board and date.</exception>
    public RuleBook(string version, IReadOnlyList<Rule> rules)
    {
        Version = version;
        Rules = [.. rules.OrderBy(rule => rule.Id, StringComparer.Ordinal)];
        for (int i = 1; i < Rules.Length; i++)
        {
            if (Rules[i].Id == Rules[i - 1].Id)
            {
                throw new ArgumentException($"Two rules have the id \"{Rules[i].Id}\".", nameof(rules));
            }
        }

        _priceLimits = new(Rules.OfType<PriceLimitRule>().Where(rule => !rule.IsSpecialTreatment));
        _specialPriceLimits = new(Rules.OfType<PriceLimitRule>().Where(rule => rule.IsSpecialTreatment));
        _newListings = new(Rules.OfType<NewListingRule>());
        _lots = new(Rules.OfType<LotRule>());
        _ticks = new(Rules.OfType<TickRule>());
        _settlements = new(Rules.OfType<SettlementRule>());
        _stampDuties = new(Rules.OfType<StampDutyRule>());
        _transferFees = new(Rules.OfType<TransferFeeRule>());
        _feeRoundings = new(Rules.OfType<FeeRoundingRule>());
        _dividendTaxes = new(Rules.OfType<DividendTaxRule>());
        _changesByBoard =
        [
            .. Enum.GetValues<Board>().Select(board => Rules
                .Where(rule => rule.Boards.Contains(board)).Select(rule => rule.EffectiveFrom).Distinct().Order().ToArray()),
        ];
    }

    /// <summary>The shipped rule book of mainland China.</summary>
    public static RuleBook China => s_china.Value;

    /// <summary>The edition, for example <c>china-2026.2</c>.</summary>
    public string Version { get; }

    /// <summary>All rows, ordered by id.</summary>
    public ImmutableArray<Rule> Rules { get; }

    /// <summary>Returns the price limit in force; ST shares fall back to the board's general row when no ST row is in force.</summary>
    public PriceLimitRule? PriceLimit(Board board, DateOnly date, bool isSpecialTreatment = false) =>
        isSpecialTreatment ? _specialPriceLimits.Find(board, date) ?? _priceLimits.Find(board, date) : _priceLimits.Find(board, date);

    /// <summary>Returns the row about days without a price limit after listing.</summary>
    public NewListingRule? NewListing(Board board, DateOnly date) => _newListings.Find(board, date);

    /// <summary>Returns the lot row.</summary>
    public LotRule? Lot(Board board, DateOnly date) => _lots.Find(board, date);

    /// <summary>Returns the tick row.</summary>
    public TickRule? Tick(Board board, DateOnly date) => _ticks.Find(board, date);

    /// <summary>Returns the settlement row.</summary>
    public SettlementRule? Settlement(Board board, DateOnly date) => _settlements.Find(board, date);

    /// <summary>Returns the stamp-duty row.</summary>
    public StampDutyRule? StampDuty(Board board, DateOnly date) => _stampDuties.Find(board, date);

    /// <summary>Returns the transfer-fee row.</summary>
    public TransferFeeRule? TransferFee(Board board, DateOnly date) => _transferFees.Find(board, date);

    /// <summary>Returns the row about rounding of fees.</summary>
    public FeeRoundingRule? FeeRounding(Board board, DateOnly date) => _feeRoundings.Find(board, date);

    /// <summary>Returns the row about tax on dividends.</summary>
    public DividendTaxRule? DividendTax(Board board, DateOnly recordDate) => _dividendTaxes.Find(board, recordDate);

    /// <summary>Returns the first day after <paramref name="date"/> on which another row of any kind comes into force for the board; null when none does.</summary>
    public DateOnly? NextChangeAfter(Board board, DateOnly date)
    {
        foreach (DateOnly change in _changesByBoard[(int)board])
        {
            if (change > date)
            {
                return change;
            }
        }

        return null;
    }

    private static RuleBook LoadChina()
    {
        using Stream stream = typeof(RuleBook).Assembly.GetManifestResourceStream("china.json")
            ?? throw new InvalidOperationException("The assembly lacks its resource china.json.");
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return RuleBookJson.Parse(memory.ToArray());
    }

    private sealed class Lookup<TRule>
        where TRule : Rule
    {
        private static readonly int s_boardCount = Enum.GetValues<Board>().Length;
        private readonly TRule[][] _byBoard;

        public Lookup(IEnumerable<TRule> rules)
        {
            TRule[] all = [.. rules];
            _byBoard = new TRule[s_boardCount][];
            for (int board = 0; board < s_boardCount; board++)
            {
                _byBoard[board] = [.. all.Where(rule => rule.Boards.Contains((Board)board)).OrderBy(rule => rule.EffectiveFrom)];
                RefuseTies(_byBoard[board], (Board)board);
            }
        }

        public TRule? Find(Board board, DateOnly date)
        {
            TRule[] rows = _byBoard[(int)board];
            for (int i = rows.Length - 1; i >= 0; i--)
            {
                if (rows[i].EffectiveFrom <= date)
                {
                    return rows[i];
                }
            }

            return null;
        }

        private static void RefuseTies(TRule[] rows, Board board)
        {
            for (int i = 1; i < rows.Length; i++)
            {
                if (rows[i].EffectiveFrom == rows[i - 1].EffectiveFrom)
                {
                    throw new ArgumentException(
                        $"Rules \"{rows[i - 1].Id}\" and \"{rows[i].Id}\" both start on {rows[i].EffectiveFrom:O} for {board}.");
                }
            }
        }
    }
}

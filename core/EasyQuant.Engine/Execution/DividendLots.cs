using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Purchases of shares that pay dividends, first in first out, and the dividends each has received, from which the tax at the sale follows.
/// Instruments without dividends cost nothing. A sale of a part of a purchase takes that part of its dividends, rounded down; the rest stays.
/// </summary>
internal sealed class DividendLots
{
    private readonly TradingCore _core;
    private readonly bool[] _isTracked;
    private readonly LotQueue?[] _queues;
    private readonly EntryList<Claim> _claims = new();

    public DividendLots(TradingCore core, IEnumerable<int> taxedInstruments)
    {
        _core = core;
        _isTracked = new bool[core.Panel.Series.Length];
        _queues = new LotQueue?[core.Accounts.Length * core.Panel.Series.Length];
        foreach (int instrument in taxedInstruments)
        {
            _isTracked[instrument] = true;
        }
    }

    /// <summary>True when purchases of the instrument are kept.</summary>
    public bool Tracks(int instrument) => _isTracked[instrument];

    /// <summary>Shares came in, bought or issued, on the current day.</summary>
    public void Add(int account, int instrument, long quantity) =>
        QueueOf(account, instrument).Add(new Lot { Day = _core.Date.DayNumber, Quantity = quantity, Claim = -1 });

    /// <summary>Spreads a dividend over the shares held.</summary>
    /// <param name="account">The account.</param>
    /// <param name="instrument">The instrument.</param>
    /// <param name="amount">What the account receives.</param>
    /// <param name="entitled">Shares that it receives it for.</param>
    /// <param name="rule">The tax.</param>
    public void Credit(int account, int instrument, long amount, long entitled, DividendTaxRule rule)
    {
        LotQueue queue = QueueOf(account, instrument);
        long shares = 0;
        long given = 0;
        for (int i = 0; i < queue.Count && shares < entitled; i++)
        {
            ref Lot lot = ref queue[i];
            shares = Math.Min(entitled, shares + lot.Quantity);
            long upTo = (long)((Int128)amount * shares / entitled);
            AddClaim(ref lot, upTo - given, rule);
            given = upTo;
        }
    }

    /// <summary>Takes shares out and returns the tax on their dividends, rounded half up to 0.01, with the row of the last dividend.</summary>
    public (long Tax, string? Source) Remove(int account, int instrument, long quantity)
    {
        LotQueue queue = QueueOf(account, instrument);
        Int128 taxPpm = 0;
        string? source = null;
        while (quantity > 0 && queue.Count > 0)
        {
            ref Lot lot = ref queue[0];
            long taken = Math.Min(quantity, lot.Quantity);
            for (int index = lot.Claim; index >= 0; index = _claims[index].Next)
            {
                ref Claim claim = ref _claims[index];
                long part = taken == lot.Quantity ? claim.Amount : (long)((Int128)claim.Amount * taken / lot.Quantity);
                claim.Amount -= part;
                taxPpm += (Int128)part * claim.Rule.RatePpm(DateOnly.FromDayNumber(lot.Day), _core.Date);
                source = claim.Rule.Id;
            }

            quantity -= taken;
            lot.Quantity -= taken;
            if (lot.Quantity == 0)
            {
                queue.RemoveFirst();
            }
        }

        long cents = (long)ScaledDecimal.DivideHalfUp(taxPpm, (Int128)1_000_000 * Money.UnitsPerCent);
        return (cents * Money.UnitsPerCent, source);
    }

    /// <summary>Scales all purchases after a split so that they sum to the position.</summary>
    public void Scale(int account, int instrument, long before, long after)
    {
        LotQueue queue = QueueOf(account, instrument);
        long oldSum = 0;
        long newSum = 0;
        for (int i = 0; i < queue.Count; i++)
        {
            ref Lot lot = ref queue[i];
            oldSum += lot.Quantity;
            long upTo = ScaledMath.MulDivHalfUp(oldSum, after, before);
            lot.Quantity = upTo - newSum;
            newSum = upTo;
        }
    }

    private void AddClaim(ref Lot lot, long amount, DividendTaxRule rule)
    {
        if (lot.Claim >= 0 && ReferenceEquals(_claims[lot.Claim].Rule, rule))
        {
            _claims[lot.Claim].Amount += amount;
            return;
        }

        ref Claim claim = ref _claims.Add();
        claim.Amount = amount;
        claim.Rule = rule;
        claim.Next = lot.Claim;
        lot.Claim = _claims.Count - 1;
    }

    private LotQueue QueueOf(int account, int instrument) =>
        _queues[(account * _isTracked.Length) + instrument] ??= new LotQueue();

    private struct Lot
    {
        public int Day;
        public long Quantity;

        /// <summary>First of the dividends received; -1 without one.</summary>
        public int Claim;
    }

    private struct Claim
    {
        public long Amount;
        public DividendTaxRule Rule;
        public int Next;
    }

    private sealed class LotQueue
    {
        private Lot[] _lots = new Lot[4];
        private int _first;

        public int Count { get; private set; }

        public ref Lot this[int index] => ref _lots[_first + index];

        public void Add(in Lot lot)
        {
            if (_first + Count == _lots.Length)
            {
                Lot[] target = Count * 2 > _lots.Length ? new Lot[_lots.Length * 2] : _lots;
                Array.Copy(_lots, _first, target, 0, Count);
                _lots = target;
                _first = 0;
            }

            _lots[_first + Count++] = lot;
        }

        public void RemoveFirst()
        {
            _first++;
            Count--;
        }
    }
}

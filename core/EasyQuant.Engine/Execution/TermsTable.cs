using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Terms and price limits of all instruments by day, looked up once and kept until a rule changes.</summary>
internal sealed class TermsTable
{
    private const string InstrumentLot = "instrument.lot";
    private const string InstrumentTick = "instrument.tick";
    private const string InstrumentSettlement = "instrument.settlement";
    private readonly MarketPanel _panel;
    private readonly BacktestSettings _settings;
    private readonly RuleBook _rules;
    private readonly TradingTerms?[] _terms;
    private readonly int[] _validUntil;
    private readonly DayLimits[] _limits;

    public TermsTable(MarketPanel panel, BacktestSettings settings, RuleBook rules)
    {
        _panel = panel;
        _settings = settings;
        _rules = rules;
        _terms = new TradingTerms?[panel.Series.Length];
        _validUntil = new int[panel.Series.Length];
        _limits = new DayLimits[panel.Series.Length];
        for (int i = 0; i < _limits.Length; i++)
        {
            _limits[i].Day = -1;
        }
    }

    /// <summary>Returns the terms in force; days are asked for in ascending order.</summary>
    public TradingTerms Of(int instrument, int day) =>
        day < _validUntil[instrument] ? _terms[instrument]! : Load(instrument, day);

    /// <summary>Forgets what is kept of an instrument, so that its days may be asked for from the start again.</summary>
    public void Forget(int instrument)
    {
        _validUntil[instrument] = 0;
        _limits[instrument].Day = -1;
    }

    /// <summary>Returns the price limits of a day.</summary>
    public ref readonly DayLimits LimitsOf(int instrument, int day)
    {
        ref DayLimits limits = ref _limits[instrument];
        if (limits.Day != day)
        {
            limits = Compute(instrument, day);
        }

        return ref limits;
    }

    private TradingTerms Load(int instrument, int day)
    {
        Instrument one = _panel.Series[instrument].Instrument;
        DateOnly date = _panel.Calendar.Days[day];
        DateOnly? change = _rules.NextChangeAfter(one.Board, date);
        foreach (DateRange period in one.SpecialTreatmentPeriods)
        {
            change = Earlier(change, period.First, date);
            change = period.Last < DateOnly.MaxValue ? Earlier(change, period.Last.AddDays(1), date) : change;
        }

        TradingTerms terms = Make(one, date);
        _terms[instrument] = terms;
        _validUntil[instrument] = change is { } until ? RunPeriod.IndexFrom(_panel.Calendar, until) : int.MaxValue;
        return terms;
    }

    private static DateOnly? Earlier(DateOnly? change, DateOnly candidate, DateOnly date) =>
        candidate > date && !(change <= candidate) ? candidate : change;

    private TradingTerms Make(Instrument one, DateOnly date)
    {
        bool hasRules = _settings.ExchangeRules;
        LotRule? lot = hasRules ? _rules.Lot(one.Board, date) : null;
        TickRule? tick = hasRules ? _rules.Tick(one.Board, date) : null;
        SettlementRule? settlement = hasRules ? _rules.Settlement(one.Board, date) : null;
        bool hasOwnLot = one.LotMinimum is not null || one.LotStep is not null;
        return new TradingTerms
        {
            Buy = Rates(one, date, OrderSide.Buy),
            Sell = Rates(one, date, OrderSide.Sell),
            LotMinimum = one.LotMinimum ?? one.LotStep ?? lot?.Minimum ?? 1,
            LotStep = one.LotStep ?? (hasOwnLot ? 1 : lot?.Step ?? 1),
            LotSource = hasOwnLot ? InstrumentLot : lot?.Id,
            Tick = one.Tick ?? (tick is null ? 0 : tick.Tick.Units * ScaledDecimal.PowerOfTen(one.PriceScale - Price.ShareScale)),
            TickSource = one.Tick is null ? tick?.Id : InstrumentTick,
            PriceLimit = hasRules ? _rules.PriceLimit(one.Board, date, one.IsSpecialTreatmentOn(date)) : null,
            ShareDays = one.ShareSettlementDays ?? settlement?.ShareDays ?? 0,
            SettlementSource = one.ShareSettlementDays is null ? settlement?.Id : InstrumentSettlement,
            CashDays = one.CashSettlementDays ?? settlement?.CashDays ?? 0,
            CashSource = one.CashSettlementDays is null ? settlement?.Id : InstrumentSettlement,
        };
    }

    private FeeRates Rates(Instrument one, DateOnly date, OrderSide side)
    {
        long stampPpm = side == OrderSide.Sell ? _settings.StampDutySellPpm ?? 0 : 0;
        string stampSource = FeeRates.AccountSource;
        if (_settings.StampDutySellPpm is null && _rules.StampDuty(one.Board, date) is { } stamp)
        {
            stampPpm = side == OrderSide.Buy ? stamp.BuyPpm : stamp.SellPpm;
            stampSource = stamp.Id;
        }

        long transferPpm = _settings.TransferFeePpm ?? 0;
        string transferSource = FeeRates.AccountSource;
        long perThousand = 0;
        if (_settings.TransferFeePpm is null && _rules.TransferFee(one.Board, date) is { } transfer
            && (transfer.Exchange is null || transfer.Exchange == one.Symbol.Exchange))
        {
            transferPpm = transfer.RatePpm;
            perThousand = transfer.PerThousandShares.Units;
            transferSource = transfer.Id;
        }

        return new FeeRates(_settings.CommissionPpm, stampPpm, stampSource, transferPpm, transferSource, perThousand);
    }

    private DayLimits Compute(int instrument, int day)
    {
        DayLimits none = new() { Day = day };
        TradingTerms terms = Of(instrument, day);
        if (!_settings.ExchangeRules || terms.Tick == 0)
        {
            return none;
        }

        long reference = _panel.PreviousClosesOf(instrument).Span[day];
        Instrument one = _panel.Series[instrument].Instrument;
        if (reference <= 0)
        {
            return none;
        }

        Price tick = new(terms.Tick);
        if (NewListing(one, _panel.Calendar.Days[day]) is { } listing)
        {
            return listing.FirstDayUpPpm is { } up && listing.FirstDayDownPpm is { } down && one.ListDate == _panel.Calendar.Days[day]
                ? new DayLimits
                {
                    Day = day,
                    Upper = PriceLimitRule.Round(new Price(reference), 1_000_000 + up, tick).Units,
                    Lower = PriceLimitRule.Round(new Price(reference), 1_000_000 - down, tick).Units,
                    Source = listing.Id,
                }
                : none;
        }

        return terms.PriceLimit is { } limit
            ? new DayLimits
            {
                Day = day,
                Upper = limit.Upper(new Price(reference), tick).Units,
                Lower = limit.Lower(new Price(reference), tick).Units,
                Source = limit.Id,
            }
            : none;
    }

    /// <summary>The row about new listings when <paramref name="date"/> is one of its days; listings before the data cannot be counted.</summary>
    private NewListingRule? NewListing(Instrument one, DateOnly date) =>
        one.ListDate is { } listed
        && listed >= _panel.Calendar.Days[0]
        && _rules.NewListing(one.Board, listed) is { } row
        && _panel.Calendar.CountBetween(listed, date) is var age
        && age <= Math.Max(row.FreeDays, row.FirstDayUpPpm is null ? 0 : 1)
            ? row
            : null;
}

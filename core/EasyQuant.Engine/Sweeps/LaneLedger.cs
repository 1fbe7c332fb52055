using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EasyQuant.Engine;

/// <summary>
/// The account of one lane when every order fills in full at the next bar, as <c>ReferenceEngine</c> does it without exchange rules: walks from
/// event to event without a branch that depends on the data.
/// </summary>
internal static class LaneLedger
{
    // Positions are written four at a time, so the list may run past the last one.
    private const int Overrun = 4;

    /// <summary>Elements that the list of events needs for <paramref name="count"/> bars.</summary>
    public static int EventCapacity(int count) => count + Overrun;

    /// <summary>Runs a lane.</summary>
    /// <param name="entries">Entry bits.</param>
    /// <param name="exits">Exit bits.</param>
    /// <param name="count">Number of bars.</param>
    /// <param name="tables">Amounts a bar.</param>
    /// <param name="cash">Cash at the start.</param>
    /// <param name="events">Scratch of <see cref="EventCapacity"/> elements.</param>
    public static LaneOutcome Run(
        ReadOnlySpan<ulong> entries, ReadOnlySpan<ulong> exits, int count, LaneTables tables, long cash, Span<int> events)
    {
        if (count == 0)
        {
            return new LaneOutcome(cash, false, 0, 0, 0, false);
        }

        int last = count - 1;
        int eventCount = ListEvents(entries, exits, last, events);
        ref ulong entry = ref MemoryMarshal.GetReference(entries);
        ref ulong exit = ref MemoryMarshal.GetReference(exits);
        ref long buyCost = ref MemoryMarshal.GetReference(tables.BuyCost);
        ref long sellGain = ref MemoryMarshal.GetReference(tables.SellGain);
        ulong held = 0;
        long fills = 0;
        long wins = 0;
        long paid = 0;
        long lowest = cash;
        foreach (int bar in events[..eventCount])
        {
            // `held` is 0 or 1; an entry acts when it is 0, an exit when it is 1, both at the next bar.
            ulong side = held == 0 ? Unsafe.Add(ref entry, bar >> 6) : Unsafe.Add(ref exit, bar >> 6);
            ulong acts = (side >> bar) & 1;
            long bought = Unsafe.Add(ref buyCost, bar + 1);
            long sold = Unsafe.Add(ref sellGain, bar + 1);
            long flow = held == 0 ? -bought : sold;
            wins += (long)(held & acts) & (sold > paid ? 1 : 0);
            paid = held == 0 ? bought : paid;
            cash += flow & -(long)acts;
            lowest = Math.Min(lowest, cash);
            held ^= acts;
            fills += (long)acts;
        }

        // An order given at the last close finds no bar to fill at.
        ulong expired = ((held == 0 ? entries[last >> 6] : exits[last >> 6]) >> last) & 1;
        return new LaneOutcome(cash, held != 0, (int)fills + (int)expired, (int)fills, (int)wins, lowest < 0);
    }

    /// <summary>Runs a lane under exchange rules: orders rest while the instrument does not trade, and price limits refuse them.</summary>
    /// <param name="entries">Entry bits.</param>
    /// <param name="exits">Exit bits.</param>
    /// <param name="rules">What the bars do to orders.</param>
    /// <param name="tables">Amounts a bar.</param>
    /// <param name="cash">Cash at the start.</param>
    public static LaneOutcome RunRuled(
        ReadOnlySpan<ulong> entries, ReadOnlySpan<ulong> exits, LaneRules rules, LaneTables tables, long cash)
    {
        ReadOnlySpan<LaneBarState> buys = rules.Buy;
        ReadOnlySpan<LaneBarState> sells = rules.Sell;
        ReadOnlySpan<int> nextTradable = rules.NextTradable;
        ReadOnlySpan<long> buyCost = tables.BuyCost;
        ReadOnlySpan<long> sellGain = tables.SellGain;
        int orders = 0;
        int fills = 0;
        int wins = 0;
        long paid = 0;
        bool isHeld = false;
        for (int bar = Next(entries, 0, rules.Count); bar < rules.Count; bar = Next(isHeld ? exits : entries, bar, rules.Count))
        {
            orders++;
            bar = nextTradable[bar + 1];
            if (bar == rules.Count)
            {
                break;
            }

            LaneBarState state = isHeld ? sells[bar] : buys[bar];
            if (state == LaneBarState.Refused)
            {
                continue;
            }

            if (state == LaneBarState.Other || (!isHeld && buyCost[bar] > cash))
            {
                return new LaneOutcome(0, false, 0, 0, 0, true);
            }

            if (isHeld)
            {
                cash += sellGain[bar];
                wins += sellGain[bar] > paid ? 1 : 0;
            }
            else
            {
                paid = buyCost[bar];
                cash -= paid;
            }

            fills++;
            isHeld = !isHeld;
        }

        return new LaneOutcome(cash, isHeld, orders, fills, wins, false);
    }

    /// <summary>Returns the first set bit at or after <paramref name="from"/>, or <paramref name="count"/>.</summary>
    private static int Next(ReadOnlySpan<ulong> words, int from, int count)
    {
        int word = from >> 6;
        if (word >= words.Length)
        {
            return count;
        }

        ulong bits = words[word] & (ulong.MaxValue << from);
        while (bits == 0)
        {
            if (++word == words.Length)
            {
                return count;
            }

            bits = words[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>Lists the bars before <paramref name="end"/> that have an entry or an exit, ascending; returns their number.</summary>
    private static int ListEvents(ReadOnlySpan<ulong> entries, ReadOnlySpan<ulong> exits, int end, Span<int> events)
    {
        ref int list = ref MemoryMarshal.GetReference(events);
        int count = 0;
        for (int word = 0; word < entries.Length; word++)
        {
            ulong bits = entries[word] | exits[word];
            if (word == end >> 6)
            {
                bits &= (1ul << (end & 63)) - 1;
            }

            int set = BitOperations.PopCount(bits);
            int start = word << 6;
            ref int next = ref Unsafe.Add(ref list, count);
            for (int i = 0; i < 4; i++)
            {
                Unsafe.Add(ref next, i) = start + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }

            for (int i = 4; i < set; i++)
            {
                Unsafe.Add(ref next, i) = start + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }

            count += set;
        }

        return count;
    }
}

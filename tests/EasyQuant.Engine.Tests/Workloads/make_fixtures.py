#!/usr/bin/python3
"""Makes w1.bin and w3.bin from the arrays of the seeded market generator (minute.npy, daily.npy, dates.npy).

Usage: make_fixtures.py FOLDER_OF_ARRAYS. A file is: int32 rows, int32 columns, then for w3 one int32 yyyymmdd a column; then for each row
zigzag varints of open minus the close before (0 for the first) and close minus open, in units of 1e-8. The results that the tests expect
are printed: they come from the plain loops below over doubles, not from the engine.
"""
import struct
import sys

import numpy as np

ROOT = sys.argv[1]
CASH, FEE, STAMP = 10_000_000.0, 0.0003, 0.001


def varint(value, out):
    value = (value << 1) ^ (value >> 63)
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def encode(opens, closes, dates):
    out = bytearray(struct.pack("<ii", *opens.shape))
    out += b"".join(struct.pack("<i", int(date)) for date in dates)
    for row in range(opens.shape[0]):
        last = 0
        for o, c in zip(np.rint(opens[row] * 1e8).astype(np.int64).tolist(), np.rint(closes[row] * 1e8).astype(np.int64).tolist()):
            varint(o - last, out)
            varint(c - o, out)
            last = c
    return bytes(out)


def sma(values, width):
    sums = np.concatenate(([0.0], np.cumsum(values)))
    result = np.full(len(values), np.nan)
    result[width - 1:] = (sums[width:] - sums[:-width]) / width
    return result


def cross(opens, closes, fast, slow):
    above = sma(closes, fast) > sma(closes, slow)
    cash, held, fills = CASH, 0.0, 0
    for i in range(slow, len(closes) - 1):
        if above[i] and not above[i - 1] and held == 0:
            cash -= 1000 * opens[i + 1] * (1 + FEE)
            held, fills = 1000.0, fills + 1
        elif above[i - 1] and not above[i] and held > 0:
            cash += 1000 * opens[i + 1] * (1 - FEE - STAMP)
            held, fills = 0.0, fills + 1
    return cash + held * closes[-1], fills


def rotate(opens, closes, dates):
    """Last trading day of a month from day 120: the 20 best of 120 days; sell drop-outs, then buy newcomers in order of rank."""
    count, days = closes.shape
    cash, held, orders, fills = CASH, np.zeros(count), None, 0
    for t in range(days):
        if orders:
            for s in orders[0]:
                value = held[s] * opens[s, t]
                cash += value - max(5.0, value * FEE) - value * STAMP
                held[s], fills = 0, fills + 1
            for s, quantity in orders[1]:
                value = quantity * opens[s, t]
                if value + max(5.0, value * FEE) > cash:
                    quantity = np.floor(cash / (opens[s, t] * (1 + FEE)) / 100) * 100
                    value = quantity * opens[s, t]
                    if quantity < 100 or value + max(5.0, value * FEE) > cash:
                        continue
                cash -= value + max(5.0, value * FEE)
                held[s], fills = held[s] + quantity, fills + 1
            orders = None
        equity = cash + float(held @ closes[:, t])
        if t >= 120 and t + 1 < days and dates[t] // 100 != dates[t + 1] // 100:
            momentum = closes[:, t] / closes[:, t - 120] - 1
            best = np.lexsort((np.arange(count), -momentum))[:20]
            sells = [s for s in range(count) if held[s] > 0 and s not in set(best)]
            buys = [(s, np.floor(equity * 0.98 / 20 / closes[s, t] / 100) * 100) for s in best if held[s] == 0]
            orders = (sells, [(s, quantity) for s, quantity in buys if quantity >= 100])
    return equity, fills


minute = np.load(f"{ROOT}/minute.npy")[:100_000]
daily, dates = np.load(f"{ROOT}/daily.npy")[:40, :900], np.load(f"{ROOT}/dates.npy")[:900]
open("w1.bin", "wb").write(encode(minute[None, :, 0], minute[None, :, 3], []))
open("w3.bin", "wb").write(encode(daily[:, :, 0], daily[:, :, 3], dates))
print("w1 %.6f %d" % cross(minute[:, 0], minute[:, 3], 10, 30))
print("w3 %.6f %d" % rotate(daily[:, :, 0], daily[:, :, 3], dates))

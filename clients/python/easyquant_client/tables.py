"""Rows of the platform's tables."""

import datetime

from easyquant.common.v1 import table_pb2

_EPOCH_DAY = datetime.date(1970, 1, 1)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def rows_of(pages) -> list:
    """Returns the rows of the pages of one table as dictionaries, in order.

    float64 becomes float, int64 int, decimal an exact string with all its decimal places, date and timestamp ISO 8601 strings,
    bool bool, string str, and a missing value None.
    """
    rows = []
    for page in pages:
        columns = [(column.name, _values(column, page.row_count)) for column in page.columns]
        rows.extend({name: values[i] for name, values in columns} for i in range(page.row_count))
    return rows


def decimal_text(units: int, scale: int) -> str:
    """Writes units / 10**scale exactly: decimal_text(-5, 2) is "-0.05"."""
    if scale == 0:
        return str(units)
    digits = str(abs(units)).rjust(scale + 1, "0")
    return ("-" if units < 0 else "") + digits[:-scale] + "." + digits[-scale:]


def _values(column, row_count: int) -> list:
    kind = column.type
    if kind == table_pb2.COLUMN_TYPE_FLOAT64:
        values = list(column.doubles)
    elif kind == table_pb2.COLUMN_TYPE_INT64:
        values = list(column.integers)
    elif kind == table_pb2.COLUMN_TYPE_DECIMAL:
        values = [decimal_text(v, column.scale) for v in column.integers]
    elif kind == table_pb2.COLUMN_TYPE_DATE:
        values = [(_EPOCH_DAY + datetime.timedelta(days=v)).isoformat() for v in column.integers]
    elif kind == table_pb2.COLUMN_TYPE_TIMESTAMP:
        values = [_instant(v) for v in column.integers]
    elif kind == table_pb2.COLUMN_TYPE_BOOL:
        values = list(column.booleans)
    elif kind == table_pb2.COLUMN_TYPE_STRING:
        values = list(column.strings)
    else:
        raise ValueError(f"Column '{column.name}' has the unknown type {kind}.")
    if len(values) != row_count:
        raise ValueError(f"Column '{column.name}' must have {row_count} values, has {len(values)}.")
    for row in column.null_rows:
        values[row] = None
    return values


def _instant(micros: int) -> str:
    return (_EPOCH + datetime.timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

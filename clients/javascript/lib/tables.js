// Rows of the platform's tables.

/** Writes units / 10^scale exactly: decimalText("-5", 2) is "-0.05". */
export function decimalText(units, scale) {
  const text = String(units);
  if (scale === 0) return text;
  const isNegative = text.startsWith("-");
  const digits = text.slice(isNegative ? 1 : 0).padStart(scale + 1, "0");
  return `${isNegative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * Returns the rows of the pages of one table as objects, in order. float64 and int64 become numbers (int64 beyond 2^53 a string),
 * decimal an exact string with all its decimal places, date and timestamp ISO 8601 strings, and a missing value null.
 */
export function rowsOf(pages) {
  return pages.flatMap((page) => {
    const columns = page.columns.map((column) => [column.name, valuesOf(column)]);
    return Array.from({ length: page.rowCount }, (_, row) => Object.fromEntries(columns.map(([name, values]) => [name, values[row]])));
  });
}

function valuesOf(column) {
  const values = rawValuesOf(column);
  for (const row of column.nullRows) values[row] = null;
  return values;
}

function rawValuesOf(column) {
  switch (column.type) {
    case "COLUMN_TYPE_FLOAT64": return [...column.doubles];
    case "COLUMN_TYPE_INT64": return column.integers.map((v) => (Number.isSafeInteger(Number(v)) ? Number(v) : v));
    case "COLUMN_TYPE_DECIMAL": return column.integers.map((v) => decimalText(v, column.scale));
    case "COLUMN_TYPE_DATE": return column.integers.map((v) => new Date(Number(v) * 86_400_000).toISOString().slice(0, 10));
    case "COLUMN_TYPE_TIMESTAMP": return column.integers.map(instantText);
    case "COLUMN_TYPE_BOOL": return [...column.booleans];
    case "COLUMN_TYPE_STRING": return [...column.strings];
    default: throw new Error(`Column '${column.name}' has the unknown type ${column.type}.`);
  }
}

// A Date holds milliseconds only.
function instantText(micros) {
  const value = BigInt(micros);
  const fraction = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = (value - fraction) / 1_000_000n;
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(6, "0")}Z`;
}

// Reads what we wrote and writes what we read. Usage: node columnar.mjs FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = process.argv[2];
const require = createRequire(folder + '/');
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const arrow = await load('apache-arrow');
const { parquetReadObjects } = await load('hyparquet');
const { parquetWriteFile } = await load('hyparquet-writer/node').catch(() => load('hyparquet-writer'));

const plain = (value) => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) {
    let number = 0n;
    const words = new Uint32Array(value.buffer, value.byteOffset, value.byteLength / 4);
    for (let i = words.length - 1; i >= 0; i--) number = (number << 32n) | BigInt(words[i]);
    return BigInt.asIntN(128, number).toString();
  }
  return value;
};

const seen = {};
for (const name of ['ours.arrow', 'ours.arrows', 'chunk.arrows']) {
  const table = arrow.tableFromIPC(readFileSync(`${folder}/${name}`));
  seen[name] = {
    types: table.schema.fields.map((f) => `${f.name}: ${f.type}`),
    rows: table.toArray().map((row) => Object.fromEntries(table.schema.fields.map((f) => [f.name, plain(row[f.name])]))),
  };
}

for (const name of ['ours.parquet', 'ours.gzip.parquet']) {
  const bytes = readFileSync(`${folder}/${name}`);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const compressors = { GZIP: (input) => new Uint8Array(gunzipSync(input)) };
  const rows = await parquetReadObjects({ file, compressors });
  seen[name] = { rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)]))) };
}

const count = 1000;
const dates = Array.from({ length: count }, (_, i) => new Date(Date.UTC(2020, 0, 1) + i * 86400000));
const closes = Array.from({ length: count }, (_, i) => 10 + (i % 97) / 100);
const volumes = Array.from({ length: count }, (_, i) => BigInt(i * 100));
const symbols = Array.from({ length: count }, (_, i) => (i % 2 ? '600000.SH' : '000001.SZ'));
const theirs = arrow.tableFromArrays({ symbol: symbols, close: Float64Array.from(closes), volume: BigInt64Array.from(volumes), date: dates });
writeFileSync(`${folder}/theirs.arrow`, arrow.tableToIPC(theirs, 'file'));
writeFileSync(`${folder}/theirs.arrows`, arrow.tableToIPC(theirs, 'stream'));
const columnData = [
  { name: 'symbol', data: symbols, type: 'STRING' },
  { name: 'close', data: closes, type: 'DOUBLE' },
  { name: 'volume', data: volumes, type: 'INT64' },
  { name: 'date', data: dates, type: 'TIMESTAMP' },
  { name: 'maybe', data: closes.map((c, i) => (i % 3 ? c : null)), type: 'DOUBLE', nullable: true },
];
await parquetWriteFile({ filename: `${folder}/theirs.parquet`, columnData });
console.log(JSON.stringify(seen));

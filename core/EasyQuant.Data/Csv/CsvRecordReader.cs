using System.Buffers;

namespace EasyQuant.Data;

/// <summary>Splits UTF-8 into records and fields (RFC 4180, LF or CRLF). Fields are spans into one reused, pooled buffer.</summary>
internal sealed class CsvRecordReader(Utf8Feed feed, CsvBarOptions limits)
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(feed.RoomMin);
    private byte[] _unescaped = [];
    private (int Start, int End, bool IsQuoted)[] _fields = new (int, int, bool)[Math.Min(64, limits.ColumnsMax)];
    private int _start;
    private int _end;
    private bool _isEnded;
    private long _nextLine = 1;
    private byte _delimiter = (byte)',';

    /// <summary>Line on which the current record starts, from 1.</summary>
    public long Line { get; private set; }

    public int FieldCount { get; private set; }

    public byte Delimiter => _delimiter;

    /// <summary>Reads the next record that is not blank.</summary>
    public bool Read()
    {
        while (true)
        {
            int next = Scan();
            if (next == NeedMore)
            {
                Fill();
                continue;
            }

            if (next == Ended)
            {
                return false;
            }

            bool isBlank = FieldCount == 1 && _fields[0].Start == _fields[0].End && !_fields[0].IsQuoted;
            _start = next;
            if (!isBlank)
            {
                return true;
            }
        }
    }

    /// <summary>The bytes of the next line that is not empty, without its line end; empty at the end of the file.</summary>
    public ReadOnlySpan<byte> PeekLine()
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int length = rest.IndexOf((byte)'\n');
            if (length < 0 && !_isEnded)
            {
                CheckLineLength(_end, _nextLine);
                Fill();
                continue;
            }

            ReadOnlySpan<byte> line = (length < 0 ? rest : rest[..length]).TrimEnd((byte)'\r');
            if (line.Length > 0 || length < 0)
            {
                return line;
            }

            _start += length + 1;
            _nextLine++;
        }
    }

    /// <summary>Gives the buffers back; fields that were handed out are no longer valid and nothing is read afterwards.</summary>
    public void Release()
    {
        byte[] buffer = _buffer;
        (_buffer, _start, _end, _isEnded) = ([], 0, 0, true);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        feed.Release();
    }

    public void UseDelimiter(byte delimiter) => _delimiter = delimiter;

    /// <summary>The content of a field without quotes; white space around unquoted content removed.</summary>
    public ReadOnlySpan<byte> Field(int index)
    {
        (int start, int end, bool isQuoted) = _fields[index];
        ReadOnlySpan<byte> raw = _buffer.AsSpan(start, end - start);
        if (!isQuoted)
        {
            return raw.Length > 0 && (raw[0] <= (byte)' ' || raw[^1] <= (byte)' ') ? Trim(raw) : raw;
        }

        return raw.Contains((byte)'"') ? Unescape(raw) : Trim(raw);
    }

    /// <summary>The content of all fields; allocates.</summary>
    public string[] FieldTexts()
    {
        var names = new string[FieldCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = System.Text.Encoding.UTF8.GetString(Field(i));
        }

        return names;
    }

    private const int NeedMore = -1;
    private const int Ended = -2;

    /// <summary>Finds the fields of the record at the start; returns where the next one starts.</summary>
    private int Scan()
    {
        byte[] buffer = _buffer;
        int end = _end;
        int at = _start;
        byte delimiter = _delimiter;
        if (at == end)
        {
            return _isEnded ? Ended : NeedMore;
        }

        long line = _nextLine;
        FieldCount = 0;
        int fieldStart = at;
        while (true)
        {
            if (at < end && buffer[at] == (byte)'"')
            {
                int close = CloseQuote(at, ref line);
                if (close < 0)
                {
                    return NeedMore;
                }

                at = close + 1;
                if (at < end && buffer[at] == (byte)'\r' && (at + 1 == end || buffer[at + 1] == (byte)'\n'))
                {
                    at++;
                }

                if (at < end && buffer[at] != delimiter && buffer[at] != (byte)'\n')
                {
                    throw new CsvException(CsvReasons.BadQuote, line, "text follows a closing quote; a quote inside a quoted field must be doubled.");
                }

                AddField(fieldStart + 1, close, isQuoted: true, line);
            }
            else
            {
                while ((uint)at < (uint)end && (uint)at < (uint)buffer.Length && buffer[at] != delimiter && buffer[at] != (byte)'\n')
                {
                    at++;
                }

                AddField(fieldStart, at, isQuoted: false, line);
            }

            if (at >= end)
            {
                if (!_isEnded)
                {
                    CheckLineLength(end, line);
                    return NeedMore;
                }

                Finish(at, line);
                return end;
            }

            if (buffer[at] == (byte)'\n')
            {
                Finish(at, line);
                return at + 1;
            }

            fieldStart = ++at;
        }
    }

    private void Finish(int at, long line)
    {
        CheckLineLength(at, line);
        ref (int Start, int End, bool IsQuoted) last = ref _fields[FieldCount - 1];
        if (!last.IsQuoted && last.End > last.Start && _buffer[last.End - 1] == (byte)'\r')
        {
            last.End--;
        }

        Line = _nextLine;
        _nextLine = line + 1;
    }

    private void CheckLineLength(int end, long line)
    {
        if (end - _start > limits.LineBytesMax)
        {
            throw new CsvException(CsvReasons.LineTooLong, line, $"the line is longer than {limits.LineBytesMax} bytes.");
        }
    }

    private int CloseQuote(int open, ref long line)
    {
        long openLine = line;
        int at = open + 1;
        while (at < _end)
        {
            byte b = _buffer[at];
            if (b == (byte)'\n')
            {
                line++;
            }
            else if (b == (byte)'"')
            {
                if (at + 1 == _end && !_isEnded)
                {
                    return NeedMore;
                }

                if (at + 1 == _end || _buffer[at + 1] != (byte)'"')
                {
                    return at;
                }

                at++;
            }

            at++;
        }

        if (_isEnded || _end - _start > limits.LineBytesMax)
        {
            throw new CsvException(
                CsvReasons.UnclosedQuote,
                openLine,
                _isEnded ? "a quote is opened and never closed." : $"a quote is opened and not closed within {limits.LineBytesMax} bytes.");
        }

        return NeedMore;
    }

    private void AddField(int start, int end, bool isQuoted, long line)
    {
        if (end - start > limits.FieldBytesMax)
        {
            throw new CsvException(CsvReasons.FieldTooLong, line, $"field {FieldCount + 1} is longer than {limits.FieldBytesMax} bytes.");
        }

        if (FieldCount == _fields.Length)
        {
            if (FieldCount >= limits.ColumnsMax)
            {
                throw new CsvException(CsvReasons.TooManyColumns, line, $"the line has more than {limits.ColumnsMax} fields.");
            }

            Array.Resize(ref _fields, Math.Min(_fields.Length * 2, limits.ColumnsMax));
        }

        _fields[FieldCount++] = (start, end, isQuoted);
    }

    private void Fill()
    {
        if (feed.IsEnded)
        {
            _isEnded = true;
            return;
        }

        int kept = _end - _start;
        if (_buffer.Length - kept < feed.RoomMin)
        {
            // A record is at most LineBytesMax long (checked before), so the buffer stays below twice that plus one piece.
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, kept + feed.RoomMin));
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        }

        _start = 0;
        _end = kept;
        int got = feed.Read(_buffer.AsSpan(kept));
        _isEnded = got == 0;
        _end += got;
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (_unescaped.Length < raw.Length)
        {
            _unescaped = new byte[raw.Length];
        }

        int length = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            _unescaped[length++] = raw[i];
            i += raw[i] == (byte)'"' ? 1 : 0;
        }

        return Trim(_unescaped.AsSpan(0, length));
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t\r"u8);
}

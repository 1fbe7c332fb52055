using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace EasyQuant.Data;

/// <summary>
/// Delivers a stream of bytes as valid UTF-8 without BOM, piece by piece. Decides between UTF-8 and GB18030 at the first byte above 0x7F. Its buffer is pooled
/// and no longer than the stream: many small files must not cost a large array each.
/// </summary>
internal sealed class Utf8Feed(Stream stream, CsvEncoding requested)
{
    private const int CarryMax = 4;
    private const int ReadLengthMin = (4 << 10) - CarryMax;
    private const int ReadLengthMax = (256 << 10) - CarryMax;

    private readonly int _readLength = LengthOf(stream);
    private byte[] _raw = ArrayPool<byte>.Shared.Rent(LengthOf(stream) + CarryMax);
    private CsvEncoding _encoding = requested;
    private bool _wasDetected;
    private int _carried;
    private bool _isStarted;
    private bool _isEnded;
    private long _linesBefore = 1;
    private Decoder? _decoder;
    private char[]? _chars;

    /// <summary>NUL bytes left out so far; some vendors' files carry them.</summary>
    public long NulCount { get; private set; }

    public string EncodingName => _encoding == CsvEncoding.Gb18030 ? "gb18030" : "utf-8";

    /// <summary>Room that <see cref="Read"/> needs in its target.</summary>
    public int RoomMin => (_readLength + CarryMax) * 3;

    /// <summary>Whether <see cref="Read"/> has given everything.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>Writes the next piece and returns its length; 0 at the end.</summary>
    public int Read(Span<byte> target)
    {
        while (!_isEnded)
        {
            int got = stream.ReadAtLeast(_raw.AsSpan(_carried, _readLength), _readLength, throwOnEndOfStream: false);
            _isEnded = got < _readLength;
            ReadOnlySpan<byte> piece = _raw.AsSpan(0, _carried + got);
            _carried = 0;
            if (!_isStarted)
            {
                _isStarted = true;
                piece = SkipMark(piece);
            }

            int written = Convert(piece, target);
            if (written > 0 || _isEnded)
            {
                return written;
            }
        }

        return 0;
    }

    /// <summary>Gives the buffer back; nothing is read afterwards.</summary>
    public void Release()
    {
        _isEnded = true;
        byte[] raw = _raw;
        _raw = [];
        if (raw.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    // One more than the stream has left, so that the first read meets its end.
    private static int LengthOf(Stream stream) =>
        stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position + 1, ReadLengthMin, ReadLengthMax) : ReadLengthMax;

    private ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> piece)
    {
        if (piece.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || piece.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw new CsvException(CsvReasons.Encoding, 1, "the file is UTF-16; save it as UTF-8 or GB18030.");
        }

        if (!piece.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return piece;
        }

        if (_encoding == CsvEncoding.Auto)
        {
            _encoding = CsvEncoding.Utf8;
        }

        return piece[3..];
    }

    private int Convert(ReadOnlySpan<byte> piece, Span<byte> target)
    {
        if (_encoding != CsvEncoding.Gb18030)
        {
            if (Ascii.IsValid(piece))
            {
                return Copy(piece, target);
            }

            ReadOnlySpan<byte> whole = _isEnded ? piece : piece[..^IncompleteTail(piece)];
            if (Utf8.IsValid(whole))
            {
                _encoding = Ascii.IsValid(whole) ? _encoding : CsvEncoding.Utf8;
                int length = Copy(whole, target);
                Carry(piece[whole.Length..]);
                return length;
            }

            if (_encoding == CsvEncoding.Utf8)
            {
                throw Undecodable(whole[..FirstInvalid(whole)], "UTF-8");
            }

            _wasDetected = true;
            _encoding = CsvEncoding.Gb18030;
        }

        return Transcode(piece, target);
    }

    private int Copy(ReadOnlySpan<byte> piece, Span<byte> target)
    {
        piece.CopyTo(target);
        int length = piece.Contains((byte)0) ? DropNuls(target[..piece.Length]) : piece.Length;
        _linesBefore += target[..length].Count((byte)'\n');
        return length;
    }

    private int DropNuls(Span<byte> text)
    {
        int length = 0;
        foreach (byte b in text)
        {
            text[length] = b;
            length += b == 0 ? 0 : 1;
        }

        NulCount += text.Length - length;
        return length;
    }

    private void Carry(ReadOnlySpan<byte> tail)
    {
        tail.CopyTo(_raw);
        _carried = tail.Length;
    }

    private int Transcode(ReadOnlySpan<byte> piece, Span<byte> target)
    {
        _decoder ??= CodePagesEncodingProvider.Instance
            .GetEncoding("gb18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!.GetDecoder();
        _chars ??= new char[_readLength + 8];
        try
        {
            int count = _decoder.GetChars(piece, _chars, _isEnded);
            int length = Encoding.UTF8.GetBytes(_chars.AsSpan(0, count), target);
            length = target[..length].Contains((byte)0) ? DropNuls(target[..length]) : length;
            _linesBefore += target[..length].Count((byte)'\n');
            return length;
        }
        catch (DecoderFallbackException e)
        {
            string tried = _wasDetected ? "neither UTF-8 nor GB18030" : "GB18030";
            throw Undecodable(piece[..Math.Clamp(e.Index, 0, piece.Length)], tried);
        }
    }

    private CsvException Undecodable(ReadOnlySpan<byte> before, string tried) =>
        new(CsvReasons.Encoding, _linesBefore + before.Count((byte)'\n'), $"the bytes are {(tried[0] == 'n' ? tried : "not " + tried)}.");

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    /// <summary>Bytes at the end that start a UTF-8 sequence whose rest has not arrived.</summary>
    private static int IncompleteTail(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            byte b = bytes[^back];
            if ((b & 0xC0) == 0x80)
            {
                continue;
            }

            int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return needed > back ? back : 0;
        }

        return 0;
    }
}

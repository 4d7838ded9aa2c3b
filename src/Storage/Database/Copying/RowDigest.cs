using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Copying;

/// <summary>Counts rows and digests their values with their kinds, so that a number and its text differ. Not thread-safe.</summary>
internal sealed class RowDigest : IDisposable
{
    private const byte Null = 0, Number = 1, Fraction = 2, Text = 3;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = new byte[1 + sizeof(long)];

    /// <summary>The rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Takes the next row.</summary>
    /// <exception cref="InvariantBrokenException">A value is neither a whole number, a fraction nor text.</exception>
    public void Add(ReadOnlySpan<object?> row)
    {
        foreach (var value in row)
        {
            switch (value)
            {
                case null: Append(Null, 0); break;
                case long number: Append(Number, number); break;
                case double fraction: Append(Fraction, BitConverter.DoubleToInt64Bits(fraction)); break;
                case string text:
                    var bytes = Encoding.UTF8.GetBytes(text);
                    Append(Text, bytes.Length);
                    _hash.AppendData(bytes);
                    break;
                default: throw new InvariantBrokenException("the tables of the state hold whole numbers, fractions and text", value.GetType().Name);
            }
        }
        Rows++;
    }

    /// <summary>Ends it.</summary>
    public CopiedTable Of(string table) => new(table, Rows, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Append(byte kind, long value)
    {
        _head[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(_head.AsSpan(1), value);
        _hash.AppendData(_head);
    }
}

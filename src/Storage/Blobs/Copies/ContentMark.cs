using System.IO.Hashing;
using System.Security.Cryptography;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>What was recorded of a blob's content, by which a copy of it is recognised.</summary>
public abstract record ContentMark
{
    private ContentMark()
    {
    }

    /// <summary>What was recorded, for messages; what is found is spelled the same way.</summary>
    internal abstract string Text { get; }

    /// <summary>Starts hashing bytes that should have this mark.</summary>
    internal abstract ContentHash Begin();

    /// <summary>A checksum: XxHash3 (64 bits), as every artifact has it.</summary>
    public sealed record Checksum(ulong Value) : ContentMark
    {
        internal override string Text => Spell(Value);

        internal override ContentHash Begin() => new XxHash();

        private static string Spell(ulong value) => $"checksum {value:x16}";

        private sealed class XxHash : ContentHash
        {
            private readonly XxHash3 _hash = new();

            public override void Append(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

            public override string Finish() => Spell(_hash.GetCurrentHashAsUInt64());
        }
    }

    /// <summary>A SHA-256, or what is made of it.</summary>
    /// <param name="Value">What was recorded.</param>
    /// <param name="Of">Makes what was recorded of the digest of the bytes.</param>
    public sealed record Sha256(Digest Value, Func<Digest, Digest> Of) : ContentMark
    {
        internal override string Text => Spell(Value);

        internal override ContentHash Begin() => new Sha(Of);

        private static string Spell(Digest value) => $"SHA-256 {value}";

        private sealed class Sha(Func<Digest, Digest> of) : ContentHash
        {
            private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

            public override void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

            public override string Finish() => Spell(of(Digest.Parse(Convert.ToHexString(_hash.GetHashAndReset()))));

            public override void Dispose() => _hash.Dispose();
        }
    }
}

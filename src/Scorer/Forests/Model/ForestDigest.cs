using System.Buffers.Binary;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Digests of trees, by what they answer and not by how their file lists them: equal digests give equal sums.</summary>
internal static class ForestDigest
{
    /// <summary>The digest of a forest's first trees, in their order.</summary>
    /// <param name="model">As read from the file, before anything is added to it.</param>
    /// <param name="trees">How many, at most all.</param>
    public static Digest OfFirst(ForestModel model, int trees)
    {
        using var bytes = new MemoryStream();
        var seen = new Dictionary<int, int>();
        foreach (var root in model.Roots.AsSpan(0, trees))
            Write(model, root, seen, bytes);
        return Digest.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    // Parents first, the true side first; a node met again is named by its number.
    private static void Write(ForestModel model, int root, Dictionary<int, int> seen, MemoryStream bytes)
    {
        var open = new Stack<int>([root]);
        while (open.TryPop(out var at))
        {
            var isNew = seen.TryAdd(at, seen.Count);
            Put(bytes, isNew ? -1 : seen[at]);
            if (!isNew)
                continue;
            var node = model.Nodes[at];
            Put(bytes, (int)node.Mode);
            if (node.IsLeaf)
            {
                WriteLeaf(model, node.True, bytes);
                continue;
            }
            Put(bytes, node.Feature);
            Put(bytes, BitConverter.SingleToInt32Bits(node.Threshold));
            Put(bytes, node.MissingIsTrue ? 1 : 0);
            WriteSet(node.Set < 0 ? [] : model.Sets[node.Set], bytes);
            open.Push(node.False);
            open.Push(node.True);
        }
    }

    private static void WriteLeaf(ForestModel model, int leaf, MemoryStream bytes)
    {
        Put(bytes, model.LeafFrom[leaf + 1] - model.LeafFrom[leaf]);
        for (var i = model.LeafFrom[leaf]; i < model.LeafFrom[leaf + 1]; i++)
        {
            Put(bytes, model.LeafTargets[i]);
            Put(bytes, BitConverter.SingleToInt32Bits(model.LeafWeights[i]));
        }
    }

    private static void WriteSet(float[] values, MemoryStream bytes)
    {
        Put(bytes, values.Length);
        foreach (var value in values)
            Put(bytes, BitConverter.SingleToInt32Bits(value));
    }

    private static void Put(MemoryStream bytes, int value)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        bytes.Write(four);
    }
}

namespace BatchEngine.Scorer.Forests.Model;

/// <summary>What a tree node asks of its feature's value x. A missing value answers false, except that it is not equal to anything, unless the node tracks
/// missing values to its true side.</summary>
internal enum BranchMode : byte
{
    /// <summary>x at most the threshold.</summary>
    AtMost = 0,

    /// <summary>x below the threshold.</summary>
    Below = 1,

    /// <summary>x at least the threshold.</summary>
    AtLeast = 2,

    /// <summary>x above the threshold.</summary>
    Above = 3,

    /// <summary>x equal to the threshold.</summary>
    Equal = 4,

    /// <summary>x not equal to the threshold.</summary>
    NotEqual = 5,

    /// <summary>x one of a set of values.</summary>
    Member = 6,

    /// <summary>No question: the tree ends here.</summary>
    Leaf = 7,
}

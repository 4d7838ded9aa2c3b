namespace BatchEngine.Scorer.Forests.Model;

/// <summary>How the trees' leaf values of one target become its score.</summary>
internal enum ForestAggregate
{
    /// <summary>The sum divided by the number of trees.</summary>
    Average = 0,

    /// <summary>The sum.</summary>
    Sum = 1,

    /// <summary>The smallest.</summary>
    Min = 2,

    /// <summary>The largest.</summary>
    Max = 3,
}

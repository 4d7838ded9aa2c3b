namespace BatchEngine.Scorer.Features;

/// <summary>How a compiled feature gets its values.</summary>
internal enum FeatureForm
{
    /// <summary>Float to float: decoded in place, or copied.</summary>
    FloatAsIs,

    /// <summary>Integers to integers, exact.</summary>
    IntegerAsIs,

    /// <summary>Text by reference.</summary>
    TextAsIs,

    /// <summary>Through blocks of doubles.</summary>
    Computed,
}

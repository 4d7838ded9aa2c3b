namespace BatchEngine.Scorer.Features;

/// <summary>Changes a block of doubles in place, each by itself; the block is a whole number of vectors long. Thread-safe.</summary>
internal delegate void BlockStep(Span<double> block);

using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.KeyTypes;

namespace BatchEngine.Host.Configuration.Features;

/// <summary>The keys of a features file and of one feature.</summary>
internal static class FeatureKeys
{
    public static ShapedKey Features { get; } = new("features", "list of features", "In the order of the model's features.",
        () => FeatureSchemas.List(""))
    { IsRequired = true, Wanted = "a list of features" };

    /// <summary>A features file.</summary>
    public static SectionKey File { get; } = new("", "What a model reads: a name takes a column as it is, steps make something else of it.", Features);

    public static Key<string> Name { get; } = new("name", TextType.Any, "The feature's name. For a model with one input per feature: the input's name.")
    {
        Otherwise = "the source",
        Wanted = "the feature's name",
    };

    public static Key<string> Source { get; } = new("source", TextType.Any, "The Parquet column.") { Otherwise = "the name" };

    public static ShapedKey Steps { get; } = new("steps", "list of steps", "Applied in order.", FeatureSchemas.Steps) { Otherwise = "the column as it is" };

    /// <summary>One feature that is more than a column's name.</summary>
    public static SectionKey Feature { get; } = new("", "A feature with its source and steps.", Name, Source, Steps) { OneOf = [Name.Name, Source.Name] };
}

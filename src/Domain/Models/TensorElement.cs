namespace BatchEngine.Domain;

/// <summary>The element types of model inputs and outputs that BatchEngine feeds and reads.</summary>
public enum TensorElement
{
    /// <summary>32-bit IEEE float.</summary>
    Float32,

    /// <summary>64-bit IEEE float.</summary>
    Float64,

    /// <summary>32-bit integer.</summary>
    Int32,

    /// <summary>64-bit integer.</summary>
    Int64,

    /// <summary>Boolean.</summary>
    Bool,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>A sequence of maps from class label to probability, as scikit-learn classifiers export.</summary>
    SequenceOfMaps,

    /// <summary>Anything else; named in the error when it is met.</summary>
    Unsupported,
}

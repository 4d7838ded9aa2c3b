namespace BatchEngine.Domain;

/// <summary>The element types of model inputs and outputs that BatchEngine feeds and reads.</summary>
public enum TensorElement
{
    /// <summary>32-bit IEEE float.</summary>
    Float32,

    /// <summary>64-bit IEEE float.</summary>
    Float64,

    /// <summary>16-bit IEEE float.</summary>
    Float16,

    /// <summary>8-bit integer.</summary>
    Int8,

    /// <summary>16-bit integer.</summary>
    Int16,

    /// <summary>32-bit integer.</summary>
    Int32,

    /// <summary>64-bit integer.</summary>
    Int64,

    /// <summary>8-bit integer without sign.</summary>
    UInt8,

    /// <summary>16-bit integer without sign.</summary>
    UInt16,

    /// <summary>32-bit integer without sign.</summary>
    UInt32,

    /// <summary>64-bit integer without sign.</summary>
    UInt64,

    /// <summary>Boolean.</summary>
    Bool,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>A sequence of maps from class label to probability, as scikit-learn classifiers export.</summary>
    SequenceOfMaps,

    /// <summary>A sequence of tensors, one a label, as multi-label classifiers export.</summary>
    SequenceOfTensors,

    /// <summary>Anything else; named in the error when it is met.</summary>
    Unsupported,
}

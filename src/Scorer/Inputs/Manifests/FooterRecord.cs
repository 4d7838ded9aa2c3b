namespace BatchEngine.Scorer.Inputs.Manifests;

/// <summary>What is known of an object.</summary>
/// <param name="Path">Its URI.</param>
/// <param name="ETag">Its ETag then.</param>
/// <param name="Bytes">Its length then.</param>
/// <param name="Facts">What its footer says.</param>
internal sealed record FooterRecord(string Path, string ETag, long Bytes, FileFacts Facts);

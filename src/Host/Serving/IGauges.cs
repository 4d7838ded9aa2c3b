namespace BatchEngine.Host.Serving;

/// <summary>Instruments that are asked when somebody looks, and exist from the start.</summary>
internal interface IGauges
{
    /// <summary>Adds them; called once.</summary>
    void Publish();
}

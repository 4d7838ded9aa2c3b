namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>One operator on columns of floats. The columns belong to the worker.</summary>
internal abstract unsafe record ColumnStep
{
    /// <summary>Computes the first rows of the columns it makes.</summary>
    /// <param name="columns">The address of every column, features first.</param>
    /// <param name="rows">Rows to work on, from the first.</param>
    public abstract void Run(float** columns, int rows);
}

using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>More rows were rejected than the job allows. The run fails; the dead-letter files name every rejected row.</summary>
public sealed class RejectBudgetExceededException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="rejected">Rows rejected so far.</param>
    /// <param name="read">Rows read so far.</param>
    /// <param name="budget">The budget that was exceeded.</param>
    /// <param name="firstReason">The first rejection: file, row group, row and reason.</param>
    public RejectBudgetExceededException(long rejected, long read, RejectBudget budget, string firstReason)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"{rejected:N0} of {read:N0} rows were rejected; the budget is {budget}. First: {firstReason}. Mend the input, or raise the budget: "
                + $"quality.rejects of a job, --max-rejects and --max-reject-share of score."), isTransient: false)
        => (Rejected, Read, Budget) = (rejected, read, budget);

    /// <summary>Rows rejected so far.</summary>
    public long Rejected { get; }

    /// <summary>Rows read so far.</summary>
    public long Read { get; }

    /// <summary>The budget that was exceeded.</summary>
    public RejectBudget Budget { get; }
}

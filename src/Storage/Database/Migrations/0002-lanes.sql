-- What is decided of each job's schedule, and what of it has not ended. Until now it sat in the scheduler's own tables, as text beside each job; what is
-- found there is carried over when the job is next scheduled.

-- One row a scheduled job. The revision grows with every change: a writer names the one it saw, and loses when another was faster.
CREATE TABLE lanes (
    job TEXT NOT NULL PRIMARY KEY,
    schedule TEXT NOT NULL,
    handled_through BIGINT NOT NULL,
    is_paused BIGINT NOT NULL CHECK (is_paused IN (0, 1)),
    revision BIGINT NOT NULL CHECK (revision > 0)
);

-- Scheduled instants whose run has not ended.
CREATE TABLE lane_pending (
    job TEXT NOT NULL REFERENCES lanes (job),
    scheduled_at BIGINT NOT NULL,
    PRIMARY KEY (job, scheduled_at)
);

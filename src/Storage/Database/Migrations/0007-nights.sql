-- Nights that could not start, and whose job files a lane comes from.

-- The folder of job files that a lane was made from, so that of two programs on one database each removes its own lanes only. Empty: before there was one.
ALTER TABLE lanes ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- A scheduled run of which no plan could be made: its input or model was missing, or the plan was refused. When it starts after all there is a run too.
CREATE TABLE unstarted_runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    job TEXT NOT NULL,
    scheduled_at BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    tries BIGINT NOT NULL CHECK (tries > 0),
    retry_until BIGINT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX unstarted_runs_by_time ON unstarted_runs (scheduled_at);

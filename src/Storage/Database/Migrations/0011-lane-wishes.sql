-- Who wants a job scheduled, so that of several schedulers none takes out a job that another still has.

-- A scheduler's folder of job files on one machine, and until when its scheduler lives unless it says so again.
CREATE TABLE lane_sources (
    source TEXT NOT NULL PRIMARY KEY,
    folder TEXT NOT NULL,
    alive_until BIGINT NOT NULL
);

-- A job that a source has, with the schedule that its file gives.
CREATE TABLE lane_wishes (
    job TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES lane_sources (source),
    schedule TEXT NOT NULL,
    PRIMARY KEY (job, source)
);
CREATE INDEX lane_wishes_by_source ON lane_wishes (source);

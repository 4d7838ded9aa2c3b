-- Who works, or lately did: a row a worker, written when it comes, goes to another run, leaves, and again with each sign of life of its usage.
CREATE TABLE workers (
    name TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    process TEXT NULL,
    version TEXT NOT NULL,
    work_format BIGINT NOT NULL,
    processor TEXT NOT NULL,
    vector_bits BIGINT NOT NULL,
    cores BIGINT NOT NULL,
    memory_bytes BIGINT NOT NULL,
    provider TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    zone TEXT NOT NULL,
    purchase TEXT NOT NULL,
    -- How long it may be silent before it counts as gone, in microseconds.
    life BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    run_id TEXT NULL,
    state TEXT NOT NULL
);
CREATE INDEX workers_by_run ON workers (run_id);
CREATE INDEX workers_by_time ON workers (seen_at);

-- The part of its time for which a worker is billed, where several share one rented machine.
ALTER TABLE open_slices ADD COLUMN billed_share DOUBLE PRECISION NOT NULL DEFAULT 1;

-- Neighbouring key partitions that one worker seals under one lease, as shards are leased in the table leases. A unit is finished when each of its partitions
-- has a segment. The fence only grows; 0 means that nobody has held it yet. What stopped the run is written down by the holder that found it, and told by the
-- run's coordinator: stops_again says that a resume would find the same.
CREATE TABLE seal_units (
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    unit_index BIGINT NOT NULL,
    from_partition BIGINT NOT NULL,
    to_partition BIGINT NOT NULL,
    fence BIGINT NOT NULL CHECK (fence >= 0),
    worker TEXT NULL,
    process TEXT NULL,
    expires_at BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    stop_reason TEXT NULL,
    stops_again BIGINT NOT NULL CHECK (stops_again IN (0, 1)),
    PRIMARY KEY (run_id, unit_index),
    CHECK (from_partition < to_partition)
);

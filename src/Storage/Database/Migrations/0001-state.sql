-- What survives, first version. One dialect for SQLite and PostgreSQL:
--   instants are BIGINT microseconds since 1970-01-01 UTC; money is TEXT (exact decimal) with its currency;
--   digests and 64-bit checksums are TEXT in hexadecimal; Domain values that no query looks into are TEXT in JSON.
-- A line "-- @append-only TABLE" makes the engine refuse UPDATE and DELETE on that table, in the engine's own way.

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('snapshot', 0), ('publication', 0), ('alias-move', 0), ('decision', 0), ('price', 0), ('change-stamp', 0);

CREATE TABLE jobs (
    name TEXT NOT NULL PRIMARY KEY,
    job_json TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);

CREATE TABLE runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    job TEXT NOT NULL,
    serving_name TEXT NOT NULL,
    scheduled_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    model_name TEXT NOT NULL,
    model_number BIGINT NOT NULL,
    model_digest TEXT NOT NULL,
    planned_at BIGINT NOT NULL,
    started_at BIGINT NULL,
    ended_at BIGINT NULL,
    manifest_rows BIGINT NOT NULL,
    shard_count BIGINT NOT NULL,
    partition_count BIGINT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX runs_by_job ON runs (job, scheduled_at);
CREATE INDEX runs_by_time ON runs (scheduled_at);

CREATE TABLE run_plans (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (run_id),
    plan_json TEXT NOT NULL
);

CREATE TABLE shards (
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    shard_index BIGINT NOT NULL,
    shard_rows BIGINT NOT NULL,
    shard_json TEXT NOT NULL,
    PRIMARY KEY (run_id, shard_index)
);

-- One row a shard from the first lease on. The fence only grows; a released lease keeps its fence and loses its worker.
CREATE TABLE leases (
    run_id TEXT NOT NULL,
    shard_index BIGINT NOT NULL,
    fence BIGINT NOT NULL CHECK (fence > 0),
    worker TEXT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, shard_index),
    FOREIGN KEY (run_id, shard_index) REFERENCES shards (run_id, shard_index)
);

CREATE TABLE leaders (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (run_id),
    fence BIGINT NOT NULL CHECK (fence > 0),
    holder TEXT NULL,
    expires_at BIGINT NOT NULL
);

-- The newest checkpoint of each shard.
CREATE TABLE checkpoints (
    run_id TEXT NOT NULL,
    shard_index BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    next_unit BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_scored BIGINT NOT NULL,
    rows_reused BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    checkpoint_json TEXT NOT NULL,
    PRIMARY KEY (run_id, shard_index),
    FOREIGN KEY (run_id, shard_index) REFERENCES shards (run_id, shard_index)
);

-- The primary key is invariant I1: at most one accepted receipt a shard.
CREATE TABLE receipts (
    run_id TEXT NOT NULL,
    shard_index BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_scored BIGINT NOT NULL,
    rows_reused BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    receipt_json TEXT NOT NULL,
    PRIMARY KEY (run_id, shard_index),
    FOREIGN KEY (run_id, shard_index) REFERENCES shards (run_id, shard_index),
    CHECK (rows_read = rows_scored + rows_reused + rows_rejected)
);
-- @append-only receipts

CREATE TABLE segments (
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    partition_index BIGINT NOT NULL,
    blob_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    artifact_rows BIGINT NOT NULL,
    distinct_keys BIGINT NOT NULL,
    PRIMARY KEY (run_id, partition_index)
);

CREATE TABLE snapshots (
    id BIGINT NOT NULL PRIMARY KEY,
    serving_name TEXT NOT NULL,
    run_id TEXT NOT NULL UNIQUE REFERENCES runs (run_id),
    model_name TEXT NOT NULL,
    model_number BIGINT NOT NULL,
    model_digest TEXT NOT NULL,
    key_kind TEXT NOT NULL,
    outputs_json TEXT NOT NULL,
    partition_count BIGINT NOT NULL,
    as_of BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX snapshots_by_name ON snapshots (serving_name, id);

-- Every move of a current pointer. previous_number is what a rollback goes back to: null means that nothing was published before.
CREATE TABLE publications (
    number BIGINT NOT NULL PRIMARY KEY,
    serving_name TEXT NOT NULL,
    snapshot_id BIGINT NOT NULL REFERENCES snapshots (id),
    previous_number BIGINT NULL REFERENCES publications (number),
    is_rollback BIGINT NOT NULL,
    published_at BIGINT NOT NULL
);
CREATE INDEX publications_by_snapshot ON publications (snapshot_id, number);
-- @append-only publications

CREATE TABLE current_snapshots (
    serving_name TEXT NOT NULL PRIMARY KEY,
    snapshot_id BIGINT NOT NULL REFERENCES snapshots (id),
    publication_number BIGINT NOT NULL REFERENCES publications (number)
);

CREATE TABLE contracts (
    serving_name TEXT NOT NULL PRIMARY KEY,
    contract_json TEXT NOT NULL,
    job_json TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);

CREATE TABLE models (
    name TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    digest TEXT NOT NULL,
    signature_json TEXT NOT NULL,
    blob_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (name, number),
    UNIQUE (name, digest)
);

CREATE TABLE aliases (
    name TEXT NOT NULL,
    alias TEXT NOT NULL,
    number BIGINT NOT NULL,
    move_number BIGINT NOT NULL,
    PRIMARY KEY (name, alias),
    FOREIGN KEY (name, number) REFERENCES models (name, number)
);

CREATE TABLE alias_moves (
    move_number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    alias TEXT NOT NULL,
    from_number BIGINT NULL,
    to_number BIGINT NOT NULL,
    previous_move BIGINT NULL REFERENCES alias_moves (move_number),
    is_rollback BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    moved_by TEXT NOT NULL
);
CREATE INDEX alias_moves_by_name ON alias_moves (name, move_number);
-- @append-only alias_moves

CREATE TABLE usage_records (
    id TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NULL,
    serving_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    zone TEXT NOT NULL,
    purchase TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    busy_share DOUBLE PRECISION NOT NULL,
    rework_share DOUBLE PRECISION NOT NULL,
    predictions BIGINT NOT NULL,
    CHECK (to_at >= from_at)
);
CREATE INDEX usage_by_run ON usage_records (run_id);
CREATE INDEX usage_by_time ON usage_records (from_at);
-- @append-only usage_records

-- A cost is an amount with its currency, or the reason why there is none: never zero for unknown.
CREATE TABLE ledger (
    id TEXT NOT NULL PRIMARY KEY,
    usage_id TEXT NOT NULL,
    run_id TEXT NULL,
    job TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    zone TEXT NOT NULL,
    purchase TEXT NOT NULL,
    duration_ticks BIGINT NOT NULL,
    cost_amount TEXT NULL,
    cost_currency TEXT NULL,
    cost_unknown TEXT NULL,
    on_demand_amount TEXT NULL,
    on_demand_currency TEXT NULL,
    on_demand_unknown TEXT NULL,
    price_source TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    predictions BIGINT NOT NULL,
    posted_at BIGINT NOT NULL,
    corrects_id TEXT NULL,
    CHECK ((cost_amount IS NULL) = (cost_unknown IS NOT NULL)),
    CHECK ((on_demand_amount IS NULL) = (on_demand_unknown IS NOT NULL))
);
CREATE INDEX ledger_by_time ON ledger (from_at);
CREATE INDEX ledger_by_run ON ledger (run_id);
CREATE INDEX ledger_by_job ON ledger (job, from_at);
-- @append-only ledger

CREATE TABLE prices (
    id TEXT NOT NULL PRIMARY KEY,
    price_number BIGINT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    zone TEXT NOT NULL,
    purchase TEXT NOT NULL,
    rate_per_hour TEXT NOT NULL,
    currency TEXT NOT NULL,
    source TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    valid_until BIGINT NULL
);
-- @append-only prices

CREATE TABLE profiles (
    run_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    column_name TEXT NOT NULL,
    is_output BIGINT NOT NULL,
    profile_json TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
);

CREATE TABLE profile_edges (
    job TEXT NOT NULL,
    features_hash TEXT NOT NULL,
    edges_json TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (job, features_hash)
);

CREATE TABLE drift_reports (
    run_id TEXT NOT NULL PRIMARY KEY,
    baseline_run_id TEXT NULL,
    verdict TEXT NOT NULL,
    report_json TEXT NOT NULL
);

CREATE TABLE decisions (
    decision_number BIGINT NOT NULL PRIMARY KEY,
    run_id TEXT NULL,
    decided_at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    choice TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX decisions_by_run ON decisions (run_id, decision_number);
-- @append-only decisions

CREATE TABLE answers (
    serving_name TEXT NOT NULL,
    hour_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (serving_name, hour_at, source, reason)
);

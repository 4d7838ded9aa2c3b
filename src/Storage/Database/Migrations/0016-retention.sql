-- What has outlived its use goes, and what went is written down: a run's line stays, with what of it was retired and when.

-- Runs of which plan, shards, leases, checkpoints and receipts were removed.
CREATE TABLE retired_runs (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (run_id),
    retired_at BIGINT NOT NULL
);

-- Of which kind a run's blobs were removed, though its receipts may still name them: RunFiles, Outputs, DeadLetters, Snapshots; and Profiles.
CREATE TABLE retired_parts (
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    part TEXT NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, part)
);

-- What of ended runs is still there, one row a kind: where to look for what is old enough, in place of all runs there ever were.
CREATE TABLE kept_parts (
    part TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (part, run_id)
);
CREATE INDEX kept_parts_by_end ON kept_parts (part, ended_at);
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'RunFiles', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'Outputs', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'DeadLetters', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'Snapshots', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'Profiles', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;
INSERT INTO kept_parts (part, run_id, ended_at) SELECT 'Runs', run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;

-- Blobs that no row names any more and that are being removed: rows go first, and a kill in between forgets none.
CREATE TABLE removals (
    blob_name TEXT NOT NULL PRIMARY KEY,
    bytes BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
);

-- Whose blobs the rows of a run name beside its own: those of runs whose shards it carries or whose segments it keeps. (In a pattern the underscore of a run's
-- name stands for any letter: what is taken down too much only keeps a blob longer.)
CREATE TABLE carried_from (
    run_id TEXT NOT NULL,
    from_run TEXT NOT NULL,
    PRIMARY KEY (run_id, from_run)
);
CREATE INDEX carried_from_by_origin ON carried_from (from_run, run_id);
INSERT INTO carried_from (run_id, from_run)
    SELECT DISTINCT r.run_id, o.run_id FROM receipts r JOIN runs u ON u.run_id = r.run_id JOIN runs o ON o.serving_name = u.serving_name
    WHERE o.run_id <> r.run_id AND r.rows_reused > 0 AND r.rows_scored = 0 AND r.receipt_json LIKE '%"runs/' || o.run_id || '/%'
    UNION
    SELECT DISTINCT s.run_id, o.run_id FROM segments s JOIN runs u ON u.run_id = s.run_id JOIN runs o ON o.serving_name = u.serving_name
    WHERE o.run_id <> s.run_id AND s.blob_name LIKE 'runs/' || o.run_id || '/%';

-- The run that a planned run takes over from.
CREATE TABLE run_bases (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (run_id),
    base_run TEXT NOT NULL
);
INSERT INTO run_bases (run_id, base_run)
    SELECT p.run_id, MAX(o.run_id) FROM run_plans p JOIN runs u ON u.run_id = p.run_id JOIN runs o ON o.serving_name = u.serving_name
    WHERE o.run_id <> p.run_id AND (u.ended_at IS NULL OR u.state = 'Failed') AND p.plan_json LIKE '%"base":"' || o.run_id || '"%' GROUP BY p.run_id;

CREATE INDEX publications_by_name ON publications (serving_name, number);

-- Before which instant decisions may go.
CREATE TABLE retired_until (
    subject TEXT NOT NULL PRIMARY KEY,
    until_at BIGINT NOT NULL
);
CREATE INDEX decisions_by_time ON decisions (decided_at);

-- @append-only-unless receipts: EXISTS (SELECT 1 FROM retired_runs t WHERE t.run_id = OLD.run_id)
-- @append-only-unless decisions: OLD.decided_at < (SELECT t.until_at FROM retired_until t WHERE t.subject = 'decisions')

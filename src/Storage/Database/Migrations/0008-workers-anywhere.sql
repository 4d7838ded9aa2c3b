-- What a run's coordinator has settled for everybody who works on it, so that a worker needs no more than this database and the blob store.

-- The format of the plan and of what workers write; a worker of an older program leaves the run to others.
ALTER TABLE runs ADD COLUMN work_format BIGINT NOT NULL DEFAULT 1;
-- The price folder that counts for what is metered for the run. Empty for runs of earlier versions: the folder of the process that meters.
ALTER TABLE runs ADD COLUMN priced_by TEXT NOT NULL DEFAULT '';
-- How long a lease lives unless renewed, in microseconds; null for runs of earlier versions: as the worker is configured.
ALTER TABLE runs ADD COLUMN lease_life BIGINT NULL;
CREATE INDEX runs_by_state ON runs (state, scheduled_at);

-- Models that were planned from a file which is not registered: their bytes are in the blob store, for workers that do not have the file.
CREATE TABLE file_models (
    digest TEXT NOT NULL PRIMARY KEY,
    blob_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
);

-- The files in which such a model keeps constants beside its graph.
CREATE TABLE file_model_weights (
    model_digest TEXT NOT NULL REFERENCES file_models (digest),
    location TEXT NOT NULL,
    digest TEXT NOT NULL,
    blob_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (model_digest, location)
);

-- What a night asks of history: indexes for it, and lists of what is still to be done, in place of looking for it among everything.
CREATE INDEX runs_by_outcome ON runs (job, state, scheduled_at);
CREATE INDEX runs_by_model ON runs (model_digest, state);
CREATE INDEX unstarted_runs_by_job ON unstarted_runs (job, scheduled_at);
CREATE INDEX answers_by_hour ON answers (hour_at);
CREATE INDEX diagnostic_answers_by_hour ON diagnostic_answers (hour_at);
CREATE INDEX ledger_by_kind ON ledger (kind, from_at);
CREATE INDEX usage_by_end ON usage_records (to_at);

-- Usage that the ledger does not have, or has without a price. What has none is tried again when a price sheet has changed since: prices_read is the newest
-- reading of prices that was known when it was tried.
CREATE TABLE unsettled_usage (
    usage_id TEXT NOT NULL PRIMARY KEY REFERENCES usage_records (id),
    prices_read BIGINT NOT NULL
);
CREATE INDEX unsettled_usage_by_prices ON unsettled_usage (prices_read);
INSERT INTO unsettled_usage (usage_id, prices_read)
    SELECT u.id, -1 FROM usage_records u WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.usage_id = u.id)
        OR EXISTS (SELECT 1 FROM ledger l WHERE l.usage_id = u.id AND l.cost_unknown IS NOT NULL);

-- Runs that have ended and whose blobs were not looked through for orphans since.
CREATE TABLE unswept_runs (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (run_id),
    ended_at BIGINT NOT NULL
);
CREATE INDEX unswept_runs_by_end ON unswept_runs (ended_at);
INSERT INTO unswept_runs (run_id, ended_at) SELECT run_id, ended_at FROM runs WHERE ended_at IS NOT NULL;

-- The newest reading of each sheet that is still there.
CREATE TABLE price_sheets (
    priced_by TEXT NOT NULL,
    sheet TEXT NOT NULL,
    reading_number BIGINT NOT NULL REFERENCES price_readings (reading_number),
    PRIMARY KEY (priced_by, sheet)
);
INSERT INTO price_sheets (priced_by, sheet, reading_number)
    SELECT r.priced_by, r.sheet, r.reading_number FROM price_readings r WHERE r.digest <> '' AND r.reading_number =
        (SELECT MAX(n.reading_number) FROM price_readings n WHERE n.priced_by = r.priced_by AND n.sheet = r.sheet);

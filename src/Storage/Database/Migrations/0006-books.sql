-- The books: usage that is billed for less than its interval, usage that is metered but not over, prices by the sheet that says them, look-ups by hand.

-- Time that is billed where it is not the length of the interval, such as one name's part of an endpoint's; null means all of it.
ALTER TABLE usage_records ADD COLUMN billed_ticks BIGINT NULL;
-- The price folder of the process that metered it: only what that folder says prices it. Empty for usage of earlier versions.
ALTER TABLE usage_records ADD COLUMN priced_by TEXT NOT NULL DEFAULT '';

-- Look-ups that a person made to see what would be answered; applications did not ask.
CREATE TABLE diagnostic_answers (
    serving_name TEXT NOT NULL,
    hour_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (serving_name, hour_at, source, reason)
);

-- What is metered and not over: one row a worker, coordinator or endpoint, written again at each sign of life. It becomes a usage record when it ends, or
-- when its process is found dead.
CREATE TABLE open_slices (
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
    seen_at BIGINT NOT NULL,
    beat_ticks BIGINT NOT NULL,
    busy_ticks BIGINT NOT NULL,
    rework_ticks BIGINT NOT NULL,
    predictions BIGINT NOT NULL,
    priced_by TEXT NOT NULL
);
CREATE INDEX open_slices_by_run ON open_slices (run_id);

-- Each time a sheet was found changed. An empty digest: it was gone. The table of prices above has the quotes of earlier versions, of all sheets at once.
CREATE TABLE price_readings (
    reading_number BIGINT NOT NULL PRIMARY KEY,
    priced_by TEXT NOT NULL,
    sheet TEXT NOT NULL,
    digest TEXT NOT NULL,
    read_at BIGINT NOT NULL
);
CREATE INDEX price_readings_by_sheet ON price_readings (priced_by, sheet, reading_number);
-- @append-only price_readings

CREATE TABLE price_quotes (
    reading_number BIGINT NOT NULL REFERENCES price_readings (reading_number),
    position BIGINT NOT NULL,
    provider TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    zone TEXT NOT NULL,
    purchase TEXT NOT NULL,
    rate_per_hour TEXT NOT NULL,
    currency TEXT NOT NULL,
    source TEXT NOT NULL,
    observed_at BIGINT NOT NULL,
    valid_until BIGINT NULL,
    PRIMARY KEY (reading_number, position)
);
-- @append-only price_quotes
CREATE INDEX ledger_by_usage ON ledger (usage_id);

INSERT INTO counters (name, value) VALUES ('price-reading', 0);

-- Writes whose answer was lost are done again, and count once.

-- What makes two decisions the same one: run, instant and words. Null: appended in the transaction of what it explains, or by an earlier version.
ALTER TABLE decisions ADD COLUMN id TEXT NULL;
CREATE UNIQUE INDEX decisions_by_id ON decisions (id);

-- The number of the last addition of each that counts look-ups.
CREATE TABLE answer_writers (
    writer TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL CHECK (number > 0),
    added_at BIGINT NOT NULL
);

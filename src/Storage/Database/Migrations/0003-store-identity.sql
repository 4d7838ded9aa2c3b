-- Whose blob folder is it: the identity of this database, which the folder repeats. At most one row.
CREATE TABLE store_identity (
    only_one BIGINT NOT NULL PRIMARY KEY CHECK (only_one = 1),
    id TEXT NOT NULL
);

-- What is wrong with a run that is scored, as its coordinator last saw it.
ALTER TABLE runs ADD COLUMN unworked_since BIGINT NULL;
ALTER TABLE runs ADD COLUMN late_end BIGINT NULL;

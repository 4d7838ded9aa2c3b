-- Nights that kept a segment since its bytes were last read whole: a store elsewhere is asked every night, and read by sample.
ALTER TABLE segments ADD COLUMN unverified_nights BIGINT NOT NULL DEFAULT 0;

-- Why a shard was leased again, counted by cause since its run was started or resumed: its worker died or went silent, or gave it back after a failure.
-- A shard that is handed back because its worker was asked to leave counts as neither.
ALTER TABLE leases ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;

-- Which process of which machine holds a lease or a lead, where that can be told: one that has ended holds nothing.
ALTER TABLE leases ADD COLUMN process TEXT NULL;
ALTER TABLE leaders ADD COLUMN process TEXT NULL;

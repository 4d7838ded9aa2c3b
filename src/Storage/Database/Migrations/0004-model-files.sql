-- The files in which a registered model keeps constants beside its graph. A model in one file has none.
CREATE TABLE model_files (
    name TEXT NOT NULL,
    number BIGINT NOT NULL,
    location TEXT NOT NULL,
    digest TEXT NOT NULL,
    blob_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (name, number, location),
    FOREIGN KEY (name, number) REFERENCES models (name, number)
);

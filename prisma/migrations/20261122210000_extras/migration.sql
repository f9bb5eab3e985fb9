-- What Prisma's schema language cannot say. The test of packages/db/src/migrations excludes exactly these.

-- Text search over runs (ILIKE '%...%'). Completions have none on purpose: they are searched within one run, which its
-- primary key finds, and a trigram index on them costs more at ingest than it saves (docs/adr/002-metric-chunks.md).
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX run_text_trgm ON run USING gin (name gin_trgm_ops, note gin_trgm_ops);

-- The queue: only waiting runs, in the order in which they are claimed.
CREATE INDEX run_queue ON run (workspace_id, queued_at, id) WHERE status = 'QUEUED';

-- One current verdict per author and completion; superseded ones stay.
CREATE UNIQUE INDEX verdict_current ON verdict (run_id, step, index, author_id) WHERE superseded_at IS NULL;

-- A comment on a completion names it; a comment on a run does not.
ALTER TABLE comment ADD CONSTRAINT comment_subject_key
  CHECK ((subject = 'COMPLETION') = (step IS NOT NULL) AND (subject = 'COMPLETION') = (index IS NOT NULL));

-- Packed floats do not compress; trying costs time on every write.
ALTER TABLE metric_chunk ALTER COLUMN steps SET STORAGE EXTERNAL, ALTER COLUMN values SET STORAGE EXTERNAL;
ALTER TABLE completion_tokens
  ALTER COLUMN token_ids SET STORAGE EXTERNAL,
  ALTER COLUMN logp SET STORAGE EXTERNAL,
  ALTER COLUMN ref_logp SET STORAGE EXTERNAL,
  ALTER COLUMN updated_logp SET STORAGE EXTERNAL;

-- Rows that change with every recorded step: room on the page for the new version, and of a run only the short columns
-- are rewritten (config and YAML rest apart).
ALTER TABLE run SET (fillfactor = 70, toast_tuple_target = 256);
ALTER TABLE metric_series_head SET (fillfactor = 70);
ALTER TABLE lease SET (fillfactor = 50);

-- Small tail chunks are merged into larger ones all the time, so their dead versions are many.
ALTER TABLE metric_chunk SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

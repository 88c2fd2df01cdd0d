-- The keys agents sign their stream entries with are derived, never stored: all that is kept is which of them counts.
ALTER TABLE registry.agents
  ADD COLUMN stream_key_generation integer NOT NULL DEFAULT 1,
  ADD COLUMN previous_stream_key_until timestamptz(3);

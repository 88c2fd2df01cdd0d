-- When an instance put its policies in force, and the last changes it followed while it ran: what convergence is measured by.
ALTER TABLE registry.agent_instances
  ADD COLUMN policy_applied_at TIMESTAMPTZ(3),
  ADD COLUMN adopted_revisions INTEGER[] NOT NULL DEFAULT '{}',
  ADD COLUMN adopted_at TIMESTAMPTZ(3)[] NOT NULL DEFAULT '{}';

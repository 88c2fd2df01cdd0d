-- What a token may be used for; NULL: what its kind and role usually are.
ALTER TABLE registry.credentials ADD COLUMN scopes text[];

-- Settings are numbered, so that whoever learns of them late or twice never goes back.
ALTER TABLE registry.organizations ADD COLUMN settings_version integer NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "registry"."service_accounts" (
    "organization_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "service_accounts_pkey" PRIMARY KEY ("organization_id","id")
);

-- CreateTable
CREATE TABLE "registry"."enrollments" (
    "key_id" TEXT NOT NULL,
    "organization_id" UUID NOT NULL,
    "container_id" TEXT NOT NULL,
    "scopes" TEXT[],
    "secret_hash" BYTEA NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrollments_pkey" PRIMARY KEY ("key_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "service_accounts_organization_id_name_key" ON "registry"."service_accounts"("organization_id", "name");

-- CreateIndex
CREATE INDEX "enrollments_organization_id_expires_at_idx" ON "registry"."enrollments"("organization_id", "expires_at");

SELECT public.protect_table('registry.service_accounts');
SELECT public.protect_table('registry.enrollments');

-- Tokens of service accounts that were made before there were accounts.
INSERT INTO registry.service_accounts (organization_id, id, name, role, created_by)
SELECT DISTINCT ON (organization_id, subject) organization_id, gen_random_uuid(), subject, role, created_by
FROM registry.credentials WHERE kind = 'service_account' AND role IS NOT NULL
ORDER BY organization_id, subject, created_at DESC;

-- Which settings of the organization the default effect in force comes from.
ALTER TABLE governance.policy_revisions ADD COLUMN settings_version integer NOT NULL DEFAULT 0;

-- What happened where no policy matched, from a revision on: decisions of that time are explained by it.
CREATE TABLE "governance"."default_effects" (
    "organization_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "effect" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "default_effects_pkey" PRIMARY KEY ("organization_id","revision")
);

SELECT public.protect_table('governance.default_effects');

INSERT INTO governance.default_effects (organization_id, revision, effect)
SELECT organization_id, revision, default_effect FROM governance.policy_revisions WHERE default_effect <> 'deny';

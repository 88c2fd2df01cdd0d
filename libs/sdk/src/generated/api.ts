// Written by `npm run generate` from libs/dto/openapi.json: what the SDK sends and receives, as it stands on the wire.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AgentDto: {
            /** @example support:triage */
            agent_id: string;
            /**
             * @example [
             *       "classify_ticket"
             *     ]
             */
            capabilities: string[];
            /** @example support */
            container_id: string | null;
            /** Format: date-time */
            created_at: string;
            /**
             * @description The agent on whose behalf it acts: it is never trusted further than that one.
             * @example null
             */
            delegated_by: string | null;
            /** @example http://support:8000 */
            endpoint: string | null;
            fingerprint: components["schemas"]["AgentFingerprintDto"] | null;
            /** @example langgraph */
            framework: string | null;
            /**
             * @example {
             *       "team": "support"
             *     }
             */
            labels: Record<string, unknown>;
            /**
             * Format: date-time
             * @description Last registration or heartbeat.
             */
            last_seen_at: string | null;
            /**
             * @description Instances whose lease is running.
             * @example 2
             */
            live_instances: number;
            /** @example {} */
            metadata: Record<string, unknown>;
            /** @example Triage */
            name: string;
            /** Format: date-time */
            retired_at: string | null;
            /**
             * @description `active → stale → offline` follows the heartbeat lease; `quarantined` and `retired` win over it.
             * @enum {string}
             */
            status: "active" | "stale" | "offline" | "quarantined" | "retired";
            /** @example classification */
            type: string | null;
            /** Format: date-time */
            updated_at: string;
            /** @example 2.1.0 */
            version: string | null;
        };
        AgentFingerprintDto: {
            /**
             * @description Digest or commit of the code.
             * @example git:9be1c02
             */
            code?: string;
            /**
             * @description Name or digest of the model.
             * @example gpt-5-mini
             */
            model?: string;
            /**
             * @description Digest of the prompts.
             * @example sha256:6f1c…
             */
            prompt?: string;
        };
        CheckDto: {
            /** @example send_email */
            action: string;
            /**
             * @description The caller itself, or an agent of its container.
             * @example langgraph-v2:chart_generator
             */
            agent_id: string;
            /** @description Reserved: there are no approvals yet. */
            approval_id?: string;
            /**
             * @example {
             *       "to": "ada@example.com"
             *     }
             */
            arguments?: {
                [key: string]: unknown;
            };
            /**
             * @example {
             *       "amount": 120
             *     }
             */
            context?: {
                [key: string]: unknown;
            };
            /** @description Comes back with the answer. */
            correlation_id?: string;
            /** @description Reserved: there are no limits yet. */
            estimate?: {
                [key: string]: unknown;
            };
            /** Format: uuid */
            mission_id?: string;
            /** @enum {string} */
            phase?: "permission" | "validation" | "feedback";
            /** @example sales_db */
            resource?: string;
            session_id?: string;
            /** @description For whom the agent says it acts. Recorded; no proof of anything. */
            user_id?: string;
        };
        DecisionOutcomeDto: {
            /** @description True for `allow` alone. */
            allowed: boolean;
            /** @description As the request had it. */
            correlation_id?: string;
            /**
             * @description What is to be obeyed.
             * @enum {string}
             */
            decision: "allow" | "deny" | "require_approval";
            /** Format: uuid */
            decision_id: string;
            errors: components["schemas"]["PolicyErrorDto"][];
            /** @description Microseconds the evaluation took. */
            eval_us: number | null;
            /** @description Terms of conditions that were not met. */
            failing_terms: string[];
            matched: components["schemas"]["MatchedPolicyDto"][];
            obligations: Record<string, unknown>[];
            /**
             * @description Null when no policy was asked.
             * @example 187
             */
            policy_revision: number | null;
            /** @example mail above 500 needs finance */
            reason: string;
            /**
             * @description What shadow policies would have made of it, where that differs.
             * @enum {string}
             */
            shadow_decision?: "allow" | "deny" | "require_approval";
            /**
             * @description Made by an SDK, asked for over the streams, or over HTTP.
             * @enum {string}
             */
            source: "local" | "bus" | "http";
            /** @example 0.5 */
            trust_score: number | null;
            /** @description Null when no policy decided but the default did. */
            winner: components["schemas"]["WinningPolicyDto"] | null;
        };
        EventsAcceptedDto: {
            /**
             * @description How many of them were taken in.
             * @example 98
             */
            accepted: number;
            /**
             * @description How many were known by their `event_id`, and so changed nothing.
             * @example 2
             */
            duplicates: number;
            /**
             * @description How many came.
             * @example 100
             */
            received: number;
        };
        HeartbeatDto: {
            /**
             * @example {
             *       "prompt:data_analysis": 3
             *     }
             */
            applied_config?: Record<string, unknown>;
            /**
             * @description Milliseconds since it changed to that revision, by a clock that never goes back; left out by one that began with it.
             * @example 340
             */
            applied_policy_age_ms?: number | null;
            /**
             * @description Revision of the policies it works by.
             * @example 187
             */
            applied_policy_revision?: number | null;
            /**
             * @description As given when it registered.
             * @example support-7c9f-x2x1
             */
            instance_id?: string | null;
            /**
             * @example {
             *       "errors": 0,
             *       "requests": 120
             *     }
             */
            metrics?: Record<string, unknown>;
            /**
             * @description The instance’s own word about itself.
             * @example healthy
             */
            status?: string | null;
        };
        HeartbeatReplyDto: {
            /** @example [] */
            commands: Record<string, unknown>[];
            /**
             * @description Counts the times the kill switch was used.
             * @example 0
             */
            epoch: number;
            /** @example 30 */
            lease_seconds: number;
            /**
             * @description null: no policies were published yet.
             * @example 187
             */
            policy_revision: number | null;
            /**
             * @description true: the agent must not act.
             * @example false
             */
            stopped: boolean;
            /**
             * @description 0–1; null: not scored yet.
             * @example 0.5
             */
            trust_score: number | null;
        };
        KeySetDto: {
            /**
             * @example [
             *       {
             *         "alg": "EdDSA",
             *         "crv": "Ed25519",
             *         "kid": "…",
             *         "kty": "OKP",
             *         "use": "sig",
             *         "x": "…"
             *       }
             *     ]
             */
            keys: {
                [key: string]: unknown;
            }[];
        };
        MatchedPolicyDto: {
            /** @enum {string} */
            effect: "allow" | "deny" | "require_approval";
            /** @example pol_email_cap */
            policy: string;
            /** @example 500 */
            priority: number;
            /** @example 3 */
            version: number;
        };
        ModelDto: {
            /**
             * Format: date-time
             * @description Only on archived ones.
             */
            archived_at?: string;
            /** @example https://api.openai.com/v1 */
            base_url?: string;
            /** @example env:OPENAI_API_KEY */
            credential_ref?: string;
            /** @example [] */
            fallbacks: string[];
            /** @example data_analysis */
            id: string;
            metadata: Record<string, unknown>;
            /** @example gpt-5-mini */
            model: string;
            /** @example Analysis */
            name: string;
            /**
             * @example {
             *       "temperature": 0.2
             *     }
             */
            parameters: Record<string, unknown>;
            pricing?: components["schemas"]["ModelPricingDto"];
            /** @example openai */
            provider: string;
            /** @example analysis */
            purpose: string;
            /**
             * Format: date-time
             * @description When this version was made.
             */
            updated_at: string;
            /** @example 1 */
            version: number;
        };
        ModelPricingDto: {
            /**
             * @description ISO 4217
             * @example USD
             */
            currency: string;
            /** @example 0.25 */
            input_per_mtok: number;
            /** @example 2 */
            output_per_mtok: number;
        };
        ObligationDto: {
            /**
             * @description Of `log`; `info` unless said.
             * @enum {string}
             */
            level?: "info" | "warn" | "error";
            /**
             * @description Of `log`: part of the line.
             * @example mail left the house
             */
            message?: string;
            /**
             * @description Of `redact`: below `context` or `arguments`; a list on the way stands for each of its elements.
             * @example context.body
             */
            path?: string;
            /** @enum {string} */
            type: "redact" | "log";
        };
        PolicyDeltaDto: {
            /** @description What is known of the actions that this agent's policies are about, by name; whole in each answer. */
            actions: components["schemas"]["SyncedActionDto"][];
            /**
             * @description What holds where no policy matches.
             * @enum {string}
             */
            default_effect: "allow" | "deny";
            /**
             * @description SHA-256, in hex, of the SHA-256 digests (32 bytes each) of the RFC 8785 forms of the single policies, sorted by id, one after the other. Who keeps the digests need not hash every policy again when one has changed.
             * @example sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
             */
            digest: string;
            /** @description Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, digest, actions}: the only one that covers the actions. */
            digest_signature: string;
            /**
             * @description Counts uses of the kill switch.
             * @example 3
             */
            epoch: number;
            /**
             * @description SHA-256, in hex, of the RFC 8785 form of this agent's policies as they stand in `policies`, sorted by id.
             * @example sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            hash: string;
            /**
             * @description Those that are not in force any more, sorted.
             * @example [
             *       "pol_old"
             *     ]
             */
            removed: string[];
            /**
             * @description Counts the changes of policies in the organization.
             * @example 187
             */
            revision: number;
            /** @description Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, hash}; `organization` is the slug that registration answers. Keys: `/.well-known/agion-keys`. */
            signature: string;
            /** @example 180 */
            since: number;
            /** @description The kill switch is on: nothing is allowed. */
            stopped: boolean;
            /** @description New ones and those that have changed, sorted by id. */
            upserted: components["schemas"]["SyncedPolicyDto"][];
        };
        PolicyErrorDto: {
            detail: string;
            /** @example pol_email_cap */
            policy: string;
        };
        PolicyMetadataDto: {
            /**
             * @description Chosen, and the id of the policy for life.
             * @example pol_email_cap
             */
            id: string;
            /**
             * @example {
             *       "framework": "soc2"
             *     }
             */
            labels?: Record<string, unknown>;
            /** @example Cap on e-mail */
            name?: string;
        };
        PolicyScopeDto: {
            /**
             * @example [
             *       "send_email"
             *     ]
             */
            actions?: string[];
            /**
             * @example [
             *       "langgraph-v2:*"
             *     ]
             */
            agents?: string[];
            /**
             * @example [
             *       "*"
             *     ]
             */
            resources?: string[];
        };
        PolicySpecDto: {
            /**
             * @description CEL; must be boolean.
             * @example agent.trust < 0.7 || context.amount > 500.0
             */
            condition?: string;
            /** @enum {string} */
            effect: "allow" | "deny";
            /** @example Mail above 500 or low trust needs finance */
            message?: string;
            /**
             * @description `shadow`: evaluated and recorded, and never changes what happens.
             * @enum {string}
             */
            mode?: "enforce" | "shadow";
            /** @description What is to be done with each request it matches. */
            obligations?: components["schemas"]["ObligationDto"][];
            /**
             * @description Orders explanations; decides nothing.
             * @example 500
             */
            priority?: number;
            scope?: components["schemas"]["PolicyScopeDto"];
            /**
             * @description Only active ones decide.
             * @enum {string}
             */
            status?: "draft" | "active" | "archived";
            tests?: components["schemas"]["PolicyTestDto"][];
            /**
             * @description Who may write it: `organization` needs an admin, `agent` an operator; `platform` is for the installation.
             * @enum {string}
             */
            tier?: "platform" | "organization" | "agent";
        };
        PolicySyncDto: {
            /** @description What is known of the actions that this agent's policies are about, by name; whole in each answer. */
            actions: components["schemas"]["SyncedActionDto"][];
            /**
             * @description What holds where no policy matches.
             * @enum {string}
             */
            default_effect: "allow" | "deny";
            /**
             * @description SHA-256, in hex, of the SHA-256 digests (32 bytes each) of the RFC 8785 forms of the single policies, sorted by id, one after the other. Who keeps the digests need not hash every policy again when one has changed.
             * @example sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
             */
            digest: string;
            /** @description Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, digest, actions}: the only one that covers the actions. */
            digest_signature: string;
            /**
             * @description Counts uses of the kill switch.
             * @example 3
             */
            epoch: number;
            /**
             * @description SHA-256, in hex, of the RFC 8785 form of this agent's policies as they stand in `policies`, sorted by id.
             * @example sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            hash: string;
            /** @description Sorted by id. */
            policies: components["schemas"]["SyncedPolicyDto"][];
            /**
             * @description Counts the changes of policies in the organization.
             * @example 187
             */
            revision: number;
            /** @description Ed25519, base64url, over the RFC 8785 form of {organization, agent_id, revision, epoch, stopped, default_effect, hash}; `organization` is the slug that registration answers. Keys: `/.well-known/agion-keys`. */
            signature: string;
            /** @description The kill switch is on: nothing is allowed. */
            stopped: boolean;
        };
        PolicyTestDto: {
            /** @enum {string} */
            expect: "allow" | "deny";
            /**
             * @description What is asked: `agent`, `action`, `resource`, `user`, `mission`, `env`, `arguments`, `context`, `now`.
             * @example {
             *       "agent": {
             *         "trust": 0.4
             *       },
             *       "context": {
             *         "amount": 900
             *       }
             *     }
             */
            input: Record<string, unknown>;
            /** @example big */
            name: string;
        };
        PromptDto: {
            /**
             * Format: date-time
             * @description Only on archived ones.
             */
            archived_at?: string;
            /** @example You analyse data for {{audience}}. */
            content: string;
            /** @example data_analysis */
            id: string;
            /** @example data_analysis */
            location: string;
            metadata: Record<string, unknown>;
            /** @example analysis */
            model_purpose?: string;
            /** @example Data analysis */
            name: string;
            /**
             * Format: date-time
             * @description When this version was made.
             */
            updated_at: string;
            /**
             * @example [
             *       "audience"
             *     ]
             */
            variables: string[];
            /** @example 1 */
            version: number;
        };
        RegisterAgentDto: {
            /**
             * @description `container:name`, or `name`: a container’s own token completes it.
             * @example support:triage
             */
            agent_id: string;
            /**
             * @example [
             *       "classify_ticket"
             *     ]
             */
            capabilities?: string[];
            /**
             * @description Default: the part of the agent id before the colon.
             * @example support
             */
            container_id?: string | null;
            /**
             * @description The agent on whose behalf it acts: it is never trusted further than that one. Left out, it stays as it is; only an operator takes it away or names another.
             * @example support:lead
             */
            delegated_by?: string | null;
            /**
             * @description Where the container answers.
             * @example http://support:8000
             */
            endpoint?: string | null;
            fingerprint?: components["schemas"]["AgentFingerprintDto"];
            /** @example langgraph */
            framework?: string | null;
            /**
             * @description One running process. Default: `default`.
             * @example support-7c9f-x2x1
             */
            instance_id?: string | null;
            /**
             * @description What `?label=` finds it by.
             * @example {
             *       "team": "support"
             *     }
             */
            labels?: Record<string, unknown>;
            /**
             * @example {
             *       "owner": "support@example.com"
             *     }
             */
            metadata?: Record<string, unknown>;
            /** @example Triage */
            name: string;
            /** @example classification */
            type?: string | null;
            /** @example 2.1.0 */
            version?: string | null;
        };
        RegistrationDto: {
            agent: components["schemas"]["AgentDto"];
            /**
             * @description Send a heartbeat about every third of it.
             * @example 30
             */
            lease_seconds: number;
            /**
             * @description Slug of the organization.
             * @example default
             */
            organization: string;
            /**
             * @description null: no policies were published yet.
             * @example 187
             */
            policy_revision: number | null;
            /**
             * @description Stands before every Redis name of the organization.
             * @example
             */
            redis_prefix: string;
            /**
             * @description What the agent signs its stream entries with (see getStreamKey). Absent for a person who gets no token either.
             * @example agion_stk_…
             */
            stream_key?: string;
            /** @description Shown once. Absent when the caller proved itself by a token of its own. */
            token?: string;
            /**
             * @description 0–1; null: not scored yet.
             * @example 0.5
             */
            trust: number | null;
        };
        ResourceDto: {
            /**
             * Format: date-time
             * @description Only on archived ones.
             */
            archived_at?: string;
            /**
             * @example {
             *       "host": "db.example.com"
             *     }
             */
            config: Record<string, unknown>;
            /** @example env:SALES_DB_URL */
            credential_ref?: string;
            /** @example data_analysis */
            id: string;
            metadata: Record<string, unknown>;
            /** @example sales_db */
            name: string;
            /** @enum {string} */
            type: "database" | "api" | "file_store" | "vector_store" | "mcp_server" | "other";
            /**
             * Format: date-time
             * @description When this version was made.
             */
            updated_at: string;
            /** @example 1 */
            version: number;
        };
        SyncedActionDto: {
            context_schema: {
                [key: string]: unknown;
            } | null;
            /** @example send_email */
            name: string;
            /** @enum {string} */
            risk: "low" | "medium" | "high";
        };
        SyncedPolicyDto: {
            /** @enum {string} */
            apiVersion: "agion/v1";
            /** @enum {string} */
            kind: "Policy";
            metadata: components["schemas"]["PolicyMetadataDto"];
            spec: components["schemas"]["PolicySpecDto"];
            /** @example 3 */
            version: number;
        };
        WinningPolicyDto: {
            /** @example pol_email_cap */
            policy: string;
            /** @example 3 */
            version: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

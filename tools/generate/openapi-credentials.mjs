const header = (name, description) => ({ type: 'apiKey', in: 'header', name, description });

/** How callers say who they are: docs/identity.md. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: "A user's JWT, or an Agion token (`agion_agt_…`, `agion_ctr_…`, `agion_svc_…`).",
  },
  edgeUser: header(
    'X-Supabase-User-ID',
    'Who it is, said by an edge function of the operator’s. Beside it X-Supabase-User-Email and X-Supabase-User-Role, which may be left out. Means nothing unless GATEWAY_HEADER_SECRET is set, and nothing without `edgeSignature`.',
  ),
  edgeSignature: header(
    'X-Gateway-Signature',
    '`v1.<signed at>.<good until>.<proof>`: the HMAC-SHA-256 of this one request, its time and its user headers, as docs/identity.md describes it.',
  ),
};

const BEARER = { bearer: [] };
const EDGE = { edgeUser: [], edgeSignature: [] };

/** What every operation takes that says nothing else: one or the other, never both. */
export const SECURITY = [BEARER, EDGE];
export const WITHOUT_CREDENTIALS = [];
export const SECURITY_OR_NONE = [BEARER, EDGE, {}];
/** A stream ticket stands for a bearer token. */
export const BEARER_ALONE = [BEARER];

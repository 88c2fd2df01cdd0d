#!/bin/sh
# Tells whether an agent can work from here: five checks, in the order in which they depend on each other.
#   AGION_GATEWAY_URL   http://localhost:8080 unless set
#   AGION_REDIS_URL     else REDIS_URL, else redis://localhost:6379; rediss:// for TLS
#   AGION_TOKEN         or AGION_TOKEN_FILE: a token of an agent, a container or a service account; development needs none
#   AGION_AGENT_ID      whose policies are asked for: `test` unless set; with an agent's token its own id
# Prints a line for each check and ends with the number of those that failed.
set -u

gateway=${AGION_GATEWAY_URL:-http://localhost:8080}
gateway=${gateway%/}
redis=${AGION_REDIS_URL:-${REDIS_URL:-redis://localhost:6379}}
agent=${AGION_AGENT_ID:-test}
token=${AGION_TOKEN:-}
if [ -z "$token" ] && [ -n "${AGION_TOKEN_FILE:-}" ]; then token=$(cat "$AGION_TOKEN_FILE"); fi
patience=5 # seconds for each check
failures=0

scratch=$(mktemp -d) || exit 125
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

passed() { printf '✓ %s\n' "$1"; }
failed() {
  printf '✗ %s\n' "$1"
  [ -z "${2:-}" ] || printf '    %s\n' "$2"
  failures=$((failures + 1))
}
have() { command -v "$1" > /dev/null 2>&1; }

# ---- HTTP: the answer's body goes to a file, its status is printed; 000 when there is none. The token stays off the command line.
ask() {
  {
    printf 'Accept: application/json\n'
    [ -z "$token" ] || printf 'Authorization: Bearer %s\n' "$token"
  } | curl --silent --show-error --max-time "$patience" --header @- --output "$scratch/body" --write-out '%{http_code}' "$1" \
    2> "$scratch/complaint"
}
said() { head -c 200 "$scratch/body" 2> /dev/null | tr '\n' ' '; }

# ---- Redis: the parts of the URL, so that the password goes by the environment and not by the command line.
address=${redis#*://}
address=${address%%\?*}
case $address in
  *@*) login=${address%@*} address=${address##*@} ;;
  *) login='' ;;
esac
address=${address%%/*}
case $address in
  *:*) host=${address%:*} port=${address##*:} ;;
  *) host=$address port=6379 ;;
esac
user=${login%%:*}
case $login in
  *:*) REDISCLI_AUTH=${login#*:} && export REDISCLI_AUTH ;;
esac
shown="${redis%%://*}://$host:$port"

# Runs redis-cli in the background, its output in a file, until that has a line that matches $1, or it ends, or patience does.
redis_says() {
  expected=$1
  shift
  set -- -h "$host" -p "$port" ${user:+--user "$user"} --no-auth-warning "$@"
  case $redis in
    rediss://*) set -- --tls "$@" ;;
  esac
  : > "$scratch/redis"
  redis-cli "$@" > "$scratch/redis" 2>&1 < /dev/null &
  cli=$!
  waited=0
  while kill -0 "$cli" 2> /dev/null && [ "$waited" -lt $((patience * 10)) ]; do
    grep -qE "$expected" "$scratch/redis" && break
    sleep 0.1
    waited=$((waited + 1))
  done
  kill "$cli" 2> /dev/null
  wait "$cli" 2> /dev/null
  grep -qE "$expected" "$scratch/redis"
}
redis_said() {
  if [ -s "$scratch/redis" ]; then head -n 1 "$scratch/redis"; else printf 'no answer within %s s' "$patience"; fi
}

no_curl='curl is not installed: install it, or run this where it is'
no_redis='redis-cli is not installed: install it (redis-tools, redis), or run this where it is'

# 1 ---- the gateway answers
if ! have curl; then
  failed "1 gateway at $gateway" "$no_curl"
elif status=$(ask "$gateway/health") && [ "$status" = 200 ]; then
  passed "1 gateway at $gateway: $(said)"
else
  failed "1 gateway at $gateway: ${status:-000} $(cat "$scratch/complaint")" \
    'is it running, and is AGION_GATEWAY_URL right as seen from here?'
fi

# 2 ---- Redis answers
if ! have redis-cli; then
  failed "2 redis at $shown" "$no_redis"
elif redis_says '^PONG' PING; then
  passed "2 redis at $shown: PONG"
else
  failed "2 redis at $shown: $(redis_said)" 'is it running, and is AGION_REDIS_URL right, user and password included?'
fi

# 3 ---- policies can be fetched
: > "$scratch/body"
if ! have curl; then
  failed "3 policies of $agent" "$no_curl"
elif status=$(ask "$gateway/api/v1/policies?agent_id=$agent&status=active") && [ "$status" = 200 ]; then
  passed "3 policies of $agent: $(said)"
else
  case ${status:-000} in
    401) hint='set AGION_TOKEN to a token that is valid here' ;;
    403) hint='an agent fetches its own policies only: set AGION_AGENT_ID to its id' ;;
    50?) hint="is the governance service running? $gateway/health says so" ;;
    *) hint='' ;;
  esac
  failed "3 policies of $agent: ${status:-000} $(said)$(cat "$scratch/complaint")" "$hint"
fi

# 4 ---- streams can be read; agents may be allowed to write to this one only, which Redis says in its refusal
if ! have redis-cli; then
  failed '4 stream agion:events:trust' "$no_redis"
else
  redis_says '^(agion:events:trust|[A-Z]+ )' XREAD COUNT 1 STREAMS agion:events:trust 0-0
  case $(redis_said) in
    agion:events:trust) passed '4 stream agion:events:trust: can be read' ;;
    '') passed '4 stream agion:events:trust: can be read, and is empty' ;;
    NOPERM*key*) passed '4 stream agion:events:trust: there are streams; this user may not read this one' ;;
    *) failed "4 stream agion:events:trust: $(redis_said)" 'Redis 7 or later is needed, and a user that may use streams' ;;
  esac
fi

# 5 ---- policy updates can be heard
if ! have redis-cli; then
  failed '5 channel agion:policy:updates' "$no_redis"
elif redis_says '^(3\) \(integer\) )?1$' SUBSCRIBE agion:policy:updates; then
  passed '5 channel agion:policy:updates: subscribed'
else
  failed "5 channel agion:policy:updates: $(redis_said)" 'the user must be allowed to subscribe to it'
fi

[ "$failures" -eq 0 ] && printf 'all five checks passed\n' || printf '%s of 5 checks failed\n' "$failures"
exit "$failures"

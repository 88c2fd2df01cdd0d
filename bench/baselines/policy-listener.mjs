// The least it takes to keep policies up to date: hear of a change, fetch the policy that has changed, turn its comparisons into functions,
// put it in its place. Believes whatever it is told, forgets what it misses, and keeps no more of a policy than it needs to decide.
import { Redis } from 'ioredis';

const COMPARE = {
  '<': (name, bound) => (context) => context[name] < bound,
  '==': (name, bound) => (context) => context[name] === bound,
};

export class PolicyListener {
  #rules = new Map();
  #redis;
  #pool;
  #changed;

  /** @param pool of HTTP connections; `changed` is told the version that is in force from now on */
  constructor(redisUrl, pool, changed) {
    this.#redis = new Redis(redisUrl);
    this.#pool = pool;
    this.#changed = changed;
  }

  async listen(channel) {
    await this.#redis.subscribe(channel);
    this.#redis.on('message', () => this.#fetch());
  }

  decide(action, context) {
    return this.#rules.get(action)?.matches(context) ?? false;
  }

  close() {
    this.#redis.disconnect();
  }

  async #fetch() {
    const { body } = await this.#pool.request({ path: '/one', method: 'GET' });
    const { version, spec } = await body.json();
    const [first, second] = spec.condition.split(' && ').map((term) => {
      const [, name, operator, bound] = /^context\.(\w+) (\S+) (.+)$/.exec(term);
      return COMPARE[operator](name, JSON.parse(bound.replace(/\.0$/, '')));
    });
    this.#rules.set(spec.scope.actions[0], { version, matches: (context) => first(context) && second(context) });
    this.#changed(version);
  }
}

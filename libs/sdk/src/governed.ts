import type { Decision, PermissionQuestion } from './decisions/decision.js';
import { ConfigurationError, PolicyViolationError } from './errors.js';
import type { ExecutionReport } from './events/events.js';

/** What a governed call is asked about, beside its agent and its action. Functions get the arguments of the call. */
export interface GovernedOptions<Args extends readonly unknown[] = never> {
  /** What conditions see as `context`. */
  context?: (...args: Args) => Record<string, unknown>;
  /** What they see as `arguments`. @default the argument itself where the only one is a plain object, else nothing */
  arguments?: (...args: Args) => Record<string, unknown>;
  resource?: string | ((...args: Args) => string | undefined);
  /** Milliseconds to wait for an answer of the platform, where it is the platform that has to be asked. */
  timeoutMs?: number;
  /** Whether the platform is told how each call ended. @default false */
  report?: boolean;
}

/** An asynchronous method or function with the same arguments. */
export type GovernedFunction<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Promise<Result>;

/** Wraps a function, or decorates a method: TypeScript's `experimentalDecorators` and the standard ones alike. */
export interface Governed {
  <This, Args extends unknown[], Result>(
    method: GovernedFunction<This, Args, Result>,
    context: ClassMethodDecoratorContext<This, GovernedFunction<This, Args, Result>>,
  ): GovernedFunction<This, Args, Result>;
  <Args extends unknown[], Result>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<Result>>,
  ): TypedPropertyDescriptor<(...args: Args) => Promise<Result>>;
  <This, Args extends unknown[], Result>(
    call: (this: This, ...args: Args) => Result | PromiseLike<Result>,
  ): GovernedFunction<This, Args, Result>;
}

/** What a governed call needs of an SDK. */
export interface Governor {
  /** Throws where there is nobody to ask. */
  check(question: PermissionQuestion): Promise<Decision>;
  /** Makes a name complete. */
  complete(agent: string): string;
  report(report: ExecutionReport): void;
}

type AnyCall = (this: unknown, ...args: unknown[]) => unknown;

/** Lets a function run only when the decision about it is `allow`. */
export function governed<Args extends readonly unknown[]>(
  governor: Governor,
  agent: string,
  action: string,
  options: GovernedOptions<Args> = {},
): Governed {
  const wrap = (call: AnyCall): AnyCall => {
    const wrapped = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const decision = await governor.check(
        questionOf(agent, action, options as unknown as GovernedOptions<unknown[]>, args),
      );
      if (decision.decision !== 'allow') throw new PolicyViolationError(governor.complete(agent), action, decision);
      return options.report
        ? reported(governor, agent, action, decision, () => call.apply(this, args))
        : call.apply(this, args);
    };
    return Object.defineProperty(wrapped, 'name', { value: call.name, configurable: true });
  };
  const apply = (target: unknown, context?: unknown, descriptor?: TypedPropertyDescriptor<AnyCall>): unknown => {
    if (typeof descriptor?.value === 'function') return { ...descriptor, value: wrap(descriptor.value) };
    const isMethod = context === undefined || (context as { kind?: unknown }).kind === 'method';
    if (typeof target === 'function' && isMethod) return wrap(target as AnyCall);
    throw new ConfigurationError('only methods and functions can be governed, no accessors, fields or classes');
  };
  return apply as Governed;
}

function questionOf(
  agentId: string,
  action: string,
  options: GovernedOptions<unknown[]>,
  args: unknown[],
): PermissionQuestion {
  const { context, resource, timeoutMs } = options;
  const given = options.arguments ? options.arguments(...args) : soleObject(args);
  const named = typeof resource === 'function' ? resource(...args) : resource;
  return {
    agentId,
    action,
    ...(context && { context: context(...args) }),
    ...(given && { arguments: given }),
    ...(named !== undefined && { resource: named }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function soleObject(args: unknown[]): Record<string, unknown> | undefined {
  const [only] = args;
  if (args.length !== 1 || typeof only !== 'object' || only === null) return undefined;
  const prototype = Object.getPrototypeOf(only) as object | null;
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null; // of any realm
  return isPlain ? (only as Record<string, unknown>) : undefined;
}

async function reported(
  governor: Governor,
  agentId: string,
  action: string,
  { decisionId }: Decision,
  call: () => unknown,
): Promise<unknown> {
  const startedAt = new Date();
  const since = performance.now();
  const report = (rest: Pick<ExecutionReport, 'status' | 'error'>): void =>
    governor.report({
      agentId,
      action,
      decisionId,
      startedAt,
      durationMs: Math.round(performance.now() - since),
      ...rest,
    });
  try {
    const result = await call();
    report({ status: 'succeeded' });
    return result;
  } catch (error) {
    report({ status: 'failed', error: String(error).slice(0, MOST_ERROR) });
    throw error;
  }
}

/** Characters of an error in a report. */
const MOST_ERROR = 8_192;

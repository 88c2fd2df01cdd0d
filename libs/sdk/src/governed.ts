import { govern, type GovernedBy, type GovernedOptions } from './decisions/governed.js';
import { ConfigurationError } from './errors.js';

/** An asynchronous function or method with the same arguments. */
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

/** What a governed call needs of an SDK, asked when it is called: decorators run before anything is initialized. */
export interface Governor {
  /** @throws NotInitializedError */
  readonly by: GovernedBy;
  /** Makes a name complete. @throws NotInitializedError, ConfigurationError */
  complete(agent: string): string;
}

type AnyCall = (this: unknown, ...args: unknown[]) => unknown;

/** Lets functions and methods run only when the decision about it is `allow`. */
export function governed(
  governor: Governor,
  agent: string,
  action: string,
  options: GovernedOptions<never> = {},
): Governed {
  const wrap = (call: AnyCall): AnyCall => {
    const wrapped = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const { by } = governor;
      const run = govern(by, governor.complete(agent), action, call, options as unknown as GovernedOptions<unknown[]>);
      return run.apply(this, args);
    };
    return Object.defineProperty(wrapped, 'name', { value: call.name, configurable: true });
  };
  const apply = (target: unknown, context?: unknown, descriptor?: TypedPropertyDescriptor<AnyCall>): unknown => {
    if (typeof descriptor?.value === 'function') return { ...descriptor, value: wrap(descriptor.value) };
    const isMethod = context === undefined || (context as { kind?: unknown }).kind === 'method';
    if (typeof target === 'function' && isMethod) return wrap(target as AnyCall);
    throw new ConfigurationError('only functions and methods can be governed, no accessors, fields or classes');
  };
  return apply as Governed;
}

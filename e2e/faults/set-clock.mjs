// Loaded with `node --import` before a service: its wall clock is off by as many milliseconds as it is told. Time that nobody sets, that
// of `performance.now()` and of timers, goes on as ever.
const RealDate = Date;
let offMs = 0;
const now = () => RealDate.now() + offMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
RealDate.prototype.constructor = globalThis.Date;

process.on('message', (message) => {
  if (message?.type !== 'clock') return;
  ({ offMs } = message);
  process.send({ type: 'clock' });
});

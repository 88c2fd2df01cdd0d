// npm run test:faults [-- suite [--full | --kills] [--seed=N] [jest's options]]
import { enter } from './setup/door.mjs';

await enter(() => import('./testing/faults-run.mjs'));

// npm run test:mutation [-- Stryker's options]
import { enter } from './setup/door.mjs';

await enter(() => import('./testing/mutation-run.mjs'));

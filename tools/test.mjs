// npm test [-- jest's options]
import { enter } from './setup/door.mjs';

await enter(() => import('./testing/test-run.mjs'));

// npm run bench -- <name>
import { enter } from './setup/door.mjs';

await enter(() => import('./bench/run-benchmark.mjs'));

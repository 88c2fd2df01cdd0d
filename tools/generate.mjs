// npm run generate [-- --check]
import { enter } from './setup/door.mjs';

await enter(() => import('./generate/generate.mjs'));

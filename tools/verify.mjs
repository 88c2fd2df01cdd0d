// npm run verify
import { enter } from './setup/door.mjs';

await enter(() => import('./verify/verify.mjs'));

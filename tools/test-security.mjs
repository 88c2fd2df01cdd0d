// npm run test:security [-- suite [jest's options]]
import { enter } from './setup/door.mjs';

await enter(() => import('./testing/security-run.mjs'));

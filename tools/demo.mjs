// npm run demo
import { enter } from './setup/door.mjs';

await enter(() => import('./demo/demo.mjs'));

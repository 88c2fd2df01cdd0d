// npm run agion -- <command>
import { enter } from './setup/door.mjs';

await enter(() => import('./launcher/agion.mjs'));

// npm start, npm run dev, npm run start:split
import { enter } from './setup/door.mjs';
import { assertPortsFree } from './launcher/free-ports.mjs';

await enter(
  () => import('./launcher/platform.mjs'),
  () => assertPortsFree(process.argv.includes('--split')),
);

// npm start, npm run dev, npm run start:split
import { enter } from './setup/door.mjs';

await enter(() => import('./launcher/platform.mjs'));

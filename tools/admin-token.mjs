// npm run admin-token
import { enter } from './setup/door.mjs';

await enter(() => import('./launcher/admin-token.mjs'));

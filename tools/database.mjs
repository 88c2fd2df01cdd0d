// npm run db:migrate, db:roles, db:seed
import { enter } from './setup/door.mjs';

await enter(() => import('./database/commands.mjs'));

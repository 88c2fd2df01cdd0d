// npm run k8s:check
import { enter } from './setup/door.mjs';

await enter(() => import('./k8s/check-manifests.mjs'));

import { run } from '@agion/service-kit';
import { registry } from './index.js';

void run(registry);

import { run } from '@agion/service-kit';
import { execution } from './index.js';

void run(execution);

import { run } from '@agion/service-kit';
import { gateway } from './index.js';

void run(gateway);

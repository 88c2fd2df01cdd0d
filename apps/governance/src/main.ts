import { run } from '@agion/service-kit';
import { governance } from './index.js';

void run(governance);

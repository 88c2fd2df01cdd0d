import { run } from '@agion/service-kit';
import { coordination } from './index.js';

void run(coordination);

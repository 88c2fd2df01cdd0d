import { coordination } from '@agion/coordination';
import { execution } from '@agion/execution';
import { gateway } from '@agion/gateway';
import { governance } from '@agion/governance';
import { registry } from '@agion/registry';
import { runAll } from '@agion/service-kit';

void runAll([gateway, registry, coordination, governance, execution]);

// Governance as it is, but what it has decided is not written down: for measuring what comes before that, and for nothing else.
import { DecisionsStore } from '../../apps/governance/dist/decisions/decisions.store.js';

DecisionsStore.prototype.record = async () => [];
await import('../../apps/governance/dist/main.js');

// Governance as it is, but what it has decided is not written down: for measuring what comes before that, and for nothing else.
import { DecisionLedger } from '../../apps/governance/dist/decisions/decision-ledger.service.js';

DecisionLedger.prototype.recordSoon = async () => {};
await import('../../apps/governance/dist/main.js');

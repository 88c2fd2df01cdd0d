import { DocumentReader } from './document-reader.js';
import { isRedactPath, LOG_LEVELS, type Obligation, OBLIGATION_LIMITS, OBLIGATION_TYPES } from './obligation.js';
import type { PolicyFault } from './policy.js';

/** `obligations`: those this release can keep. */
export function checkObligations(spec: DocumentReader, faults: PolicyFault[]): Obligation[] {
  const value = spec.value('obligations');
  if (!Array.isArray(value) || value.length > OBLIGATION_LIMITS.obligations) {
    spec.fault('obligations', `must be a list of up to ${OBLIGATION_LIMITS.obligations} obligations`);
    return [];
  }
  return value.flatMap((one: unknown, position) => {
    const obligation = readObligation(one, `${spec.pointerTo('obligations')}/${position}`, faults);
    return obligation ? [obligation] : [];
  });
}

function readObligation(value: unknown, pointer: string, faults: PolicyFault[]): Obligation | null {
  const reader = DocumentReader.open(value, pointer, faults, ['type', ...membersOf(value)]);
  const type = reader?.word('type', OBLIGATION_TYPES);
  if (!reader || !type) return null;
  if (type === 'redact') {
    const path = reader.value('path');
    if (isRedactPath(path)) return { type, path };
    reader.fault(
      'path',
      path === undefined
        ? 'is missing'
        : `must be \`context.\` or \`arguments.\` and up to ${OBLIGATION_LIMITS.names} names, with \`.\` between them`,
    );
    return null;
  }
  const level = reader.word('level', LOG_LEVELS, 'info') ?? 'info';
  const message = reader.has('message') ? reader.text('message', OBLIGATION_LIMITS.message) : undefined;
  return { type, level, ...(message !== undefined && { message }) };
}

/** Those of its type; of one whose type is not known, whatever it has: that is said of the type. */
function membersOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type } = value as { type?: unknown };
  if (type === 'redact') return ['path'];
  return type === 'log' ? ['level', 'message'] : Object.keys(value);
}

import { DCLinter } from 'dclint';

/** Of the linter's rules those about what works; the order of keys is not among them. */
const RULES = [
  'invalid-schema', // the Compose specification's own JSON schema, which dclint brings along
  'no-duplicate-container-names',
  'no-duplicate-exported-ports',
  'no-unbound-port-interfaces',
  'no-version-field',
  'service-image-require-explicit-tag',
];

/** What is wrong with a compose file by the specification's schema, in words. */
export function schemaFaults(file) {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  return linter
    .lintFiles([file], false)
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => RULES.includes(rule))
    .map(({ line, message }) => `line ${line}: ${message}`);
}

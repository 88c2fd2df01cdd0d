// Part of `npm run typecheck`: the pure libraries know neither DOM nor Node. `process`, `fetch` and `console` are type errors there.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { inCheckout } from './setup/checkout.mjs';
import { filesBelow } from './setup/stamps.mjs';

const LIBRARIES = inCheckout('libs');

const isPure = (folder) =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).nx?.tags?.includes('layer:pure') ?? false;
const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');

const { config } = ts.readConfigFile(inCheckout('tsconfig.base.json'), (file) => readFileSync(file, 'utf8'));
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, inCheckout());
const pureOptions = { ...options, lib: ['lib.es2022.d.ts'], types: [], noEmit: true };

const host = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => inCheckout(),
  getNewLine: () => '\n',
};

for (const name of readdirSync(LIBRARIES)) {
  const folder = path.join(LIBRARIES, name);
  if (!isPure(folder)) continue;
  const files = filesBelow(path.join(folder, 'src'), isSource);
  const program = ts.createProgram(files, pureOptions);
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0) {
    console.error(ts.formatDiagnostics(faults, host));
    process.exitCode = 1;
  }
  console.log(`libs/${name}: ${files.length} files, ${faults.length === 0 ? 'pure' : `${faults.length} faults`}`);
}

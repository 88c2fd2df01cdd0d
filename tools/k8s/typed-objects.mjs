import ts from 'typescript';
import { inCheckout } from '../setup/checkout.mjs';

/** Never written: the file in which the compiler finds the objects. */
const SOURCE = inCheckout('tools', 'k8s', 'rendered-objects.mts');
const OPTIONS = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

const nameOf = ({ kind, metadata }) => `${kind} ${metadata?.name}`;
const moduleOf = ({ apiVersion, kind }) => `kubernetes-models/${apiVersion}/${kind}`;

/** The program text: a constant of its Kubernetes type for each object, each on one line, so that a fault's line tells which. */
const sourceOf = (objects) =>
  objects
    .map(
      (object, at) => `export const _${at}: import('${moduleOf(object)}').I${object.kind} = ${JSON.stringify(object)};`,
    )
    .join('\n');

/** What the compiler finds: misspelt and misplaced fields, values of a wrong kind, missing fields. */
function compilerFaults(objects) {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === SOURCE ? ts.createSourceFile(name, sourceOf(objects), OPTIONS.target) : getSourceFile(name, ...rest);
  host.fileExists = (name) => name === SOURCE || fileExists(name);
  host.readFile = (name) => (name === SOURCE ? sourceOf(objects) : readFile(name));
  return ts.getPreEmitDiagnostics(ts.createProgram([SOURCE], OPTIONS, host)).map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, ': ').replace(/\s+/g, ' ');
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : undefined;
    return line === undefined ? text : `${nameOf(objects[line])}: ${text}`;
  });
}

/** What the schemas of the API find beyond types: formats, ranges, values that are given as one of a few. */
async function schemaFaults(object) {
  const { [object.kind]: Model } = await import(moduleOf(object));
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${nameOf(object)}: ${error.message}`];
  }
}

/**
 * Whether objects are what Kubernetes' own API description says they are; by kubernetes-models, which is generated from it.
 * @returns what is wrong, in words
 */
export async function typeFaults(objects) {
  const known = [];
  const faults = [];
  for (const object of objects) {
    try {
      faults.push(...(await schemaFaults(object)));
      known.push(object);
    } catch (error) {
      faults.push(`${nameOf(object)}: there is no such kind in ${object.apiVersion} (${error.code ?? error.message})`);
    }
  }
  return [...faults, ...compilerFaults(known)];
}

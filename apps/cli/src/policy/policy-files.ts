import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { checkPolicy, checkTrials, type PolicyDocument, type PolicyTrial } from '@agion/policy-engine';
import { RESERVED_IDS } from '@agion/dto';
import { DomainError, MAX_YAML_BYTES, parseJson, parseYaml } from '@agion/service-kit';
import { DocumentPlaces, type Place } from './document-place.js';

/** One thing that is wrong with a file. */
export interface FileFault extends Place {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly detail: string;
}

/** A file that was read: a policy, tests of several policies, or faults only. */
export interface PolicyFile {
  readonly path: string;
  readonly policy: PolicyDocument | null;
  /** Of a file whose `kind` is `PolicyTests`. */
  readonly tests: readonly PolicyTrial[] | null;
  readonly faults: readonly FileFault[];
  /** Where the document says something. */
  readonly places: DocumentPlaces;
}

const ENDINGS = ['.yaml', '.yml', '.json'];

/**
 * Reads policies and tests from files and from all files in folders that end in `.yaml`, `.yml` or `.json`.
 * @throws Error for a path that cannot be read, and where there is no file at all
 */
export function readPolicyFiles(paths: readonly string[]): PolicyFile[] {
  const files = [...new Set(paths.flatMap(filesAt))].sort();
  if (files.length === 0) throw new Error(`there is no policy in ${paths.map((each) => `\`${each}\``).join(', ')}`);
  return withoutDoubles(files.map(readPolicyFile));
}

function filesAt(given: string): string[] {
  const stats = statSync(given, { throwIfNoEntry: false });
  if (!stats) throw new Error(`\`${given}\` does not exist`);
  if (!stats.isDirectory()) return [path.normalize(given)];
  return readdirSync(given, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .flatMap((entry) => {
      const inside = path.join(given, entry.name);
      if (entry.isDirectory()) return filesAt(inside);
      if (isLinkToFolder(entry, inside))
        throw new Error(`\`${inside}\` is a link to a folder, which may lead in circles: name that folder besides`);
      return ENDINGS.includes(path.extname(entry.name)) ? [inside] : [];
    });
}

/** Whoever skips it in silence takes policies for gone that are there. */
const isLinkToFolder = (entry: Dirent, inside: string): boolean =>
  entry.isSymbolicLink() && statSync(inside, { throwIfNoEntry: false })?.isDirectory() === true;

function readPolicyFile(file: string): PolicyFile {
  const bytes = readFileSync(file);
  const places = new DocumentPlaces(bytes.toString('utf8'));
  const nothing = { path: file, policy: null, tests: null, faults: [], places };
  const faultsOf = (found: readonly Omit<FileFault, keyof Place>[]): FileFault[] =>
    found.map((fault) => located(places, fault));
  try {
    const value = valueOf(file, bytes);
    if (value === undefined || value === null)
      return { ...nothing, faults: faultsOf([{ pointer: '', detail: 'there is no document in it' }]) };
    if (isSuite(value)) {
      const { trials, faults } = suiteOf(value);
      return { ...nothing, tests: faults.length > 0 ? null : trials, faults: faultsOf(faults) };
    }
    const { policy, faults } = checkPolicy(value);
    return { ...nothing, policy, faults: faultsOf([...faults, ...reservedIn(policy)]) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const [, line = '1', column = '1'] = /\(line (\d+), column (\d+)\)$/.exec(error.message) ?? [];
    const detail = error.message.replace(/^(the|a) body\b/, 'the file');
    const fault = { pointer: '', detail, line: Number(line), column: Number(column) };
    return { ...nothing, faults: [fault] };
  }
}

/** JSON is read as YAML, which tells where it is broken; only what is too large for that is not. */
const valueOf = (file: string, bytes: Buffer): unknown =>
  bytes.length > MAX_YAML_BYTES && path.extname(file) === '.json' ? parseJson(bytes) : parseYaml(bytes);

const reservedIn = (policy: PolicyDocument | null): { pointer: string; detail: string }[] =>
  policy && RESERVED_IDS.includes(policy.metadata.id)
    ? [{ pointer: '/metadata/id', detail: `\`${policy.metadata.id}\` is a reserved word` }]
    : [];

/** A fault with its place in the file; a condition's own line and column lead there where the file shows the text as it is. */
export function located(places: DocumentPlaces, fault: Omit<FileFault, keyof Place> & Partial<Place>): FileFault {
  const { pointer, detail, line, column } = fault;
  const inside = line !== undefined && column !== undefined ? { line, column } : undefined;
  return { pointer, detail, ...places.of(pointer, inside) };
}

const isSuite = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'PolicyTests';

function suiteOf(suite: Record<string, unknown>): ReturnType<typeof checkTrials> {
  const { apiVersion, kind: _, tests, ...unknown } = suite;
  const faults = Object.keys(unknown).map((name) => ({ pointer: `/${name}`, detail: 'is not known here' }));
  if (apiVersion !== 'agion/v1') faults.push({ pointer: '/apiVersion', detail: 'must be `agion/v1`' });
  const checked = checkTrials({ tests });
  const nameless = checked.trials.flatMap(({ input: { agent, action } }, position) => [
    ...(agent === undefined ? [{ pointer: `/tests/${position}/input/agent`, detail: 'is missing' }] : []),
    ...(action === undefined ? [{ pointer: `/tests/${position}/input/action`, detail: 'is missing' }] : []),
  ]);
  return { trials: checked.trials, faults: [...faults, ...checked.faults, ...nameless] };
}

/** Two files must not say different things of one policy. */
function withoutDoubles(files: PolicyFile[]): PolicyFile[] {
  const first = new Map<string, string>();
  return files.map((file) => {
    const id = file.policy?.metadata.id;
    if (id === undefined) return file;
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, file.path);
      return file;
    }
    const detail = `\`${id}\` is in ${other} already`;
    return { ...file, policy: null, faults: [located(file.places, { pointer: '/metadata/id', detail })] };
  });
}

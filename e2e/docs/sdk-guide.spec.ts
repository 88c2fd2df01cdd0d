import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

/** Each piece of TypeScript in what is written about the SDK compiles against it, as strictly as our own. */
const ROOT = path.resolve(import.meta.dirname, '../..');
const FOLDER = path.join(ROOT, 'e2e', 'docs');
const DOCUMENTS = ['docs/sdk.md', 'libs/sdk/README.md'];

interface Piece {
  document: string;
  line: number;
  code: string;
}

function piecesOf(document: string): Piece[] {
  const text = readFileSync(path.join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = '' }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    code,
  }));
}

/** The examples in doc comments: they import nothing, and speak of things around them. */
function examplesOf(source: string): Piece[] {
  const text = readFileSync(path.join(ROOT, source), 'utf8');
  return [...text.matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm)].map(({ index, 1: code = '' }) => ({
    document: source,
    line: text.slice(0, index).split('\n').length,
    code: `${AROUND}${importsFor(code)}{\n${code.replace(/^ *\* ?/gm, '')}}\n`, // may declare what is around it anew
  }));
}

const AROUND = `
declare const app: { use(handler: unknown): void; useGlobalGuards(guard: unknown): void };
declare const fastify: { addHook(name: string, hook: unknown): void };
declare const db: { query(sql: string): Promise<unknown> };
declare const mail: (report: object) => Promise<void>;
declare const small_reports: object;
declare const sendReport: (...given: unknown[]) => Promise<void>;
declare const expect: (value: unknown) => { toHaveLength(length: number): void };
`;
const EXPORTS = { '@agion/sdk': 'src/index.ts', '@agion/sdk/testing': 'src/testing/index.ts' };

/** What of the package's values an example names. */
const importsFor = (code: string): string =>
  Object.entries(EXPORTS)
    .map(([module, file]) => {
      const index = readFileSync(path.join(ROOT, 'libs/sdk', file), 'utf8');
      const exported = [...index.matchAll(/^export \{([^}]*)\}/gm)].flatMap(
        ([, names = '']) => names.match(/\w+/g) ?? [],
      );
      const named = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
      return named.length > 0 ? `import { ${named.join(', ')} } from '${module}';\n` : '';
    })
    .join('');

/** Pieces after the first go on with its `sdk`. */
const moduleOf = ({ code }: Piece): string =>
  /\bsdk = /.test(code) ? code : `declare const sdk: import('@agion/sdk').AgionSDK;\n${code}\nexport {};\n`;

/** What the compiler has to say of each piece. */
function faultsIn(pieces: readonly Piece[]): string[] {
  const files = new Map(pieces.map((piece, index) => [path.join(FOLDER, `piece-${index}.ts`), piece]));
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.base.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => {
    const piece = files.get(file);
    return piece ? moduleOf(piece) : readFile(file);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([file, { document, line }]) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  );
}

describe('what is written about the SDK', () => {
  const sources = globSync('libs/sdk/src/**/*.ts', { cwd: ROOT });
  const pieces = [...DOCUMENTS.flatMap(piecesOf), ...sources.flatMap(examplesOf)];

  test('shows it', () => {
    expect(pieces.length).toBeGreaterThan(25);
  });

  test('compiles, piece by piece', () => {
    expect(faultsIn(pieces)).toEqual([]);
  }, 120_000);

  test('would not if a piece were wrong', () => {
    const wrong = { document: 'wrong.md', line: 1, code: "await sdk.getPromt('x');" };
    expect(faultsIn([wrong])).toEqual([expect.stringContaining('getPromt')]);
  }, 120_000);
});

import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import ts from 'typescript';
import { ENTRY_POINTS, NAME, PACKAGE, REPORTS } from './entry-points.mjs';

const WORKSPACE = path.resolve(PACKAGE, '../..');
const LIBRARIES = path.join(WORKSPACE, 'libs');
const CONFIG = path.join(WORKSPACE, 'tsconfig.base.json');

let made;

/**
 * What can be imported, by entry point: its declarations as one text, with what they are made of out of the libraries of this
 * workspace, and the report of them that reviewers read. What an entry point takes from the main one it imports from there, so
 * that a class is one class. Made once in a process.
 * @returns {Promise<Record<string, { declarations: string, report: string }>>}
 * @throws Error naming what the compiler or API Extractor objects to
 */
export const publicSurface = () => (made ??= make());

async function make() {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'agion-declarations-')));
  try {
    await symlink(path.join(WORKSPACE, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    await emit(path.join(folder, 'libs'));
    const surface = {};
    for (const name of Object.keys(ENTRY_POINTS)) surface[name] = await rollUp(folder, name);
    return surface;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const { compilerOptions } = ts.readConfigFile(CONFIG, ts.sys.readFile).config;

/** Writes the declarations of every source, as the libraries lie beside each other. */
async function emit(outDir) {
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, WORKSPACE);
  const program = ts.createProgram(
    Object.values(ENTRY_POINTS).map((source) => path.join(PACKAGE, source)),
    {
      ...options,
      ...{
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        stripInternal: true,
        rootDir: LIBRARIES,
        outDir,
      },
      paths: { '@agion/*': [path.join(LIBRARIES, '*/src/index.ts')] }, // of what is found in node_modules nothing is emitted
    },
  );
  const files = new Map();
  const { diagnostics } = program.emit(undefined, (file, text) => files.set(path.normalize(file), text));
  if (diagnostics.length > 0) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n'));
  for (const [file, text] of files) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, importingTheMainEntry(file, text, path.join(outDir, path.basename(PACKAGE))));
  }
}

/** Lets what is in the folder of another entry point import the package wherever it imports sources beside that folder. */
function importingTheMainEntry(file, text, root) {
  const own = Object.entries(ENTRY_POINTS)
    .filter(([name]) => name !== 'index')
    .map(([, source]) => path.join(root, path.dirname(source), path.sep))
    .find((folder) => file.startsWith(folder));
  if (!own) return text;
  return text.replace(/ from '(\.[^']+)'/g, (whole, target) =>
    path.resolve(path.dirname(file), target).startsWith(own) ? whole : ` from '${NAME}'`,
  );
}

async function rollUp(folder, name) {
  const projectFolder = path.join(folder, 'libs', path.basename(PACKAGE));
  // Only what lies in a `node_modules` is imported by a roll-up; everything else becomes part of it.
  const rolledUp = path.join(folder, 'rolled-up/node_modules', NAME);
  const reports = path.join(folder, 'reports');
  await mkdir(rolledUp, { recursive: true });
  await mkdir(reports, { recursive: true });
  const entry = path.join(projectFolder, ENTRY_POINTS[name].replace(/\.ts$/, '.d.ts'));
  const declarations = path.join(rolledUp, `${name}.d.ts`);
  const paths = {
    [NAME]: [path.join(rolledUp, 'index.d.ts')],
    '@agion/*': [path.join(folder, 'libs/*/src/index.d.ts')],
  };
  extract({
    projectFolder,
    mainEntryPointFilePath: entry,
    newlineKind: 'lf',
    compiler: { overrideTsconfig: { compilerOptions: { ...compilerOptions, paths }, files: [entry] } },
    dtsRollup: { enabled: true, untrimmedFilePath: declarations },
    apiReport: {
      ...{ enabled: true, reportFileName: REPORTS[name], reportFolder: reports, reportTempFolder: folder },
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' } },
      extractorMessageReporting: {
        default: { logLevel: 'error' },
        'ae-forgotten-export': { logLevel: 'none' }, // what only parts of the surface are made of: the report shows it
        'ae-missing-release-tag': { logLevel: 'none' }, // all that is exported is public
        'ae-undocumented': { logLevel: 'none' },
      },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  });
  return {
    declarations: await readFile(declarations, 'utf8'),
    report: await readFile(path.join(reports, REPORTS[name]), 'utf8'),
  };
}

function extract(configObject) {
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(PACKAGE, 'package.json'),
  });
  const faults = [];
  Extractor.invoke(config, {
    localBuild: true, // it writes the report
    messageCallback: (message) => {
      message.handled = true; // nothing goes to the terminal
      if (message.logLevel === 'error') faults.push(message.formatMessageWithLocation(configObject.projectFolder));
    },
  });
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

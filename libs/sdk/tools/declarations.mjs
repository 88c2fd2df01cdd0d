import path from 'node:path';
import ts from 'typescript';
import { ENTRY_POINTS, PACKAGE } from './entry-points.mjs';

const LIBRARIES = path.resolve(PACKAGE, '..');
const CONFIG = path.resolve(PACKAGE, '../../tsconfig.base.json');

/**
 * The declarations of each entry point as one text: everything it exports and what that is made of, also out of the libraries
 * of this workspace. What an earlier entry point exports is imported from there, so that a class is one class.
 * @returns {Record<string, string>} by name of the entry point
 * @throws Error naming what cannot be put into one file
 */
export function declarations() {
  const emitted = emit();
  const texts = {};
  const known = new Map();
  for (const [name, source] of Object.entries(ENTRY_POINTS)) {
    const entry = path.join(PACKAGE, source).replace(/\.ts$/, '.d.ts');
    const { text, exported } = flatten(emitted, entry, known);
    texts[name] = text;
    for (const each of exported) if (!known.has(each)) known.set(each, `./${name}.js`);
  }
  return texts;
}

/** Runs the compiler. @returns {Map<string, ts.SourceFile>} declaration files by where they would stand beside their sources */
function emit() {
  const { config } = ts.readConfigFile(CONFIG, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, path.dirname(CONFIG));
  const program = ts.createProgram(
    Object.values(ENTRY_POINTS).map((source) => path.join(PACKAGE, source)),
    {
      ...options,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      rootDir: LIBRARIES,
      paths: { '@agion/*': [path.join(LIBRARIES, '*/src/index.ts')] }, // of what is found in node_modules nothing is emitted
    },
  );
  const files = new Map();
  const { diagnostics } = program.emit(undefined, (file, text) =>
    files.set(path.resolve(file), ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)),
  );
  if (diagnostics.length > 0) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n'));
  return files;
}

function flatten(files, entry, known) {
  const found = new Map();
  const fromOutside = new Map();
  const exported = [...exportsOf(files, entry)].sort(([one], [other]) => compare(one, other));
  for (const [, { file, name }] of exported) collect(name, file);

  function collect(name, file) {
    if (known.has(name)) return outside(known.get(name), name);
    const present = found.get(name);
    if (present?.file === file) return;
    if (present)
      throw new Error(`\`${name}\` is declared in ${show(present.file)} and in ${show(file)}: rename one of them`);
    const statements = files.get(file).statements.filter((statement) => namesOf(statement).includes(name));
    if (statements.length === 0) throw new Error(`\`${name}\` is not declared in ${show(file)}`);
    found.set(name, { file, statements });
    for (const statement of statements) referencesOf(statement).forEach((each) => follow(each, file));
  }

  function follow(name, file) {
    if (files.get(file).statements.some((statement) => namesOf(statement).includes(name))) return collect(name, file);
    const target = importsOf(files, file).get(name);
    if (target?.file) collect(target.name, target.file);
    else if (target) outside(target.module, name);
  }

  function outside(module, name) {
    fromOutside.set(module, (fromOutside.get(module) ?? new Set()).add(name));
  }

  const imports = [...fromOutside]
    .sort(([one], [other]) => compare(one, other))
    .map(([module, names]) => `import type { ${[...names].sort(compare).join(', ')} } from '${module}';`);
  const bodies = [...found]
    .sort(([one], [other]) => compare(one, other))
    .flatMap(([, { statements }]) => statements.map(withoutModifiers));
  const own = exported.map(([name]) => name).filter((name) => found.has(name));
  const passedOn = exported.map(([name]) => name).filter((name) => !found.has(name));
  const parts = [imports.join('\n'), ...bodies, `export { ${[...own, ...passedOn].join(', ')} };`];
  return { text: `${parts.filter(Boolean).join('\n\n')}\n`, exported: own };
}

/** What a file exports: by name, the file and the name it is declared under. */
function exportsOf(files, file) {
  const result = new Map();
  for (const statement of files.get(file)?.statements ?? fail(`there is no ${show(file)}`)) {
    if (!ts.isExportDeclaration(statement)) {
      if (ts.getCombinedModifierFlags(statement) & ts.ModifierFlags.Export || statement.modifiers?.some(isExport))
        for (const name of namesOf(statement)) result.set(name, { file, name });
      continue;
    }
    if (!statement.exportClause) continue; // `export {}`
    if (!ts.isNamedExports(statement.exportClause)) fail(`${show(file)} exports a whole module: name what it exports`);
    for (const { name, propertyName } of statement.exportClause.elements) {
      if (propertyName) fail(`${show(file)} exports \`${name.text}\` under another name`);
      const target = statement.moduleSpecifier && resolve(files, file, statement.moduleSpecifier.text);
      result.set(name.text, target ? exportsOf(files, target).get(name.text) : { file, name: name.text });
    }
  }
  return result;
}

/** What a file imports: by name, where it is declared in the workspace, or the module it comes from. */
function importsOf(files, file) {
  const result = new Map();
  for (const statement of files.get(file).statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const module = statement.moduleSpecifier.text;
    const named = statement.importClause?.namedBindings;
    if (!named || !ts.isNamedImports(named)) fail(`${show(file)} imports \`${module}\` other than by name`);
    const target = resolve(files, file, module);
    for (const { name, propertyName } of named.elements) {
      if (propertyName) fail(`${show(file)} imports \`${name.text}\` under another name`);
      result.set(name.text, target ? exportsOf(files, target).get(name.text) : { module });
    }
  }
  return result;
}

/** The declaration file that an import means; undefined when it is none of the workspace. */
function resolve(files, from, module) {
  const target = module.startsWith('.')
    ? path.resolve(path.dirname(from), module.replace(/\.js$/, '.d.ts'))
    : module.startsWith('@agion/') && path.join(LIBRARIES, module.slice('@agion/'.length), 'src', 'index.d.ts');
  if (!target) return undefined;
  return files.has(target) ? target : fail(`${show(from)} imports \`${module}\`, which has no declarations`);
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.text);
  return statement.name && ts.isIdentifier(statement.name) ? [statement.name.text] : [];
}

/** Every identifier in it: more than types, but only those that are declared or imported count. */
function referencesOf(node, names = new Set()) {
  ts.forEachChild(node, (child) => {
    if (ts.isImportTypeNode(child)) fail(`a type is written as \`${child.getText()}\`: annotate it by name`);
    if (ts.isIdentifier(child) && !isMemberName(child)) names.add(child.text);
    referencesOf(child, names);
  });
  return names;
}

const isMemberName = (node) =>
  node.parent.name === node && (ts.isClassElement(node.parent) || ts.isTypeElement(node.parent));

const isExport = ({ kind }) => kind === ts.SyntaxKind.ExportKeyword;

function withoutModifiers(statement) {
  const text = statement.getFullText().trim();
  return text
    .replace(/^((?:\/\*\*[\s\S]*?\*\/\s*)*)export (?:declare )?/, '$1')
    .replace(
      /^((?:\/\*\*[\s\S]*?\*\/\s*)*)(?:declare )?(?=(?:abstract )?class |const |let |function |enum )/,
      '$1declare ',
    );
}

const show = (file) => path.relative(LIBRARIES, file);
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

function fail(message) {
  throw new Error(message);
}

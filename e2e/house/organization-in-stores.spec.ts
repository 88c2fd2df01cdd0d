import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

/** Every method of a store is told for which organization it works, or stands here with why it works for all of them. */
const ACROSS: Record<string, string> = {
  'CredentialsStore.find': 'whose token it is, is what is asked',
  'CredentialsStore.living': 'the same, of tokens that were verified',
  'DeadLetterRowsStore.forget': 'what is old is removed for all of them',
  'DeadLetterRowsStore.open': 'counts for those who operate the platform',
  'DeadLetterRowsStore.thin': 'what is too much of one of them is removed for all',
  'DueDeliveriesStore.claim': 'one worker delivers for all of them, and each row names its own',
  'DueDeliveriesStore.forget': 'what is old is removed for all of them',
  'EnrollmentsStore.find': 'whose token it is, is what is asked',
  'OrganizationsStore.find': 'by slug, before anybody belongs to it',
  'OrganizationsStore.known': 'for the services, which read the streams of all of them',
  'OrganizationsStore.list': 'for admins of the platform',
  'PartitionsStore.drop': 'a month or a day is one of all of them, and the longest time anybody keeps counts',
  'PartitionsStore.forgetInputs': 'what is old is removed for all of them',
  'PartitionsStore.prepare': 'a month or a day is one of all of them',
  'RunsStore.removeFinished': 'what is old is removed for all of them',
  'RunsStore.renew': 'one executor works for all of them, and each row names its own',
  'TrustHoldingsStore.ceilings': 'counts for those who operate the platform, by kind',
  'TrustHoldingsStore.monthsBefore': 'a month is one of all of them, and no row of it is read',
  'TrustMonthsStore.prepare': 'a month is one of all of them',
};

const ROOT = path.resolve(import.meta.dirname, '../..');
const NAMES = /^organizations?(Ids?)?$/i;
/** An organization, somebody who belongs to one, or a transaction that whoever began it has bound to one. */
const BOUND = /^(PoolClient|OrganizationTransaction|TransactionClient|Organization|Principal)$/;

const STORES = globSync('apps/*/src/**/*.store.ts', { cwd: ROOT }).map((file) => path.join(ROOT, file));

interface Method {
  /** `AgentsStore.find` */
  name: string;
  told: boolean;
}

function methodsOf(files: readonly string[]): Method[] {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@agion/source'],
    experimentalDecorators: true,
    target: ts.ScriptTarget.ES2024,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    types: ['node'],
  };
  const program = ts.createProgram([...files], options);
  const checker = program.getTypeChecker();
  /** By its name, by what it is, or by a member of what it holds. */
  const tells = (type: ts.Type, name: string, depth = 0): boolean => {
    if (NAMES.test(name) || BOUND.test(type.symbol?.name ?? '') || BOUND.test(type.aliasSymbol?.name ?? ''))
      return true;
    if (depth === 3 || (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return false;
    if (checker.isArrayLikeType(type))
      return checker.getTypeArguments(type as ts.TypeReference).some((item) => tells(item, '', depth + 1));
    return checker
      .getPropertiesOfType(type)
      .some((member) => tells(checker.getTypeOfSymbol(member), member.name, depth + 1));
  };
  const methods: Method[] = [];
  for (const file of files) {
    const source = program.getSourceFile(file);
    source?.forEachChild((node) => {
      if (!ts.isClassDeclaration(node)) return;
      for (const member of node.members) {
        if (!ts.isMethodDeclaration(member)) continue;
        if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) continue;
        const told = member.parameters.some((parameter) => {
          const name = ts.isIdentifier(parameter.name) ? parameter.name.text : '';
          return tells(checker.getTypeAtLocation(parameter), name);
        });
        methods.push({ name: `${node.name?.text}.${member.name.getText()}`, told });
      }
    });
  }
  return methods;
}

describe('the methods of stores', () => {
  const methods = methodsOf(STORES);

  test('are told the organization, but for those that work for all of them', () => {
    expect(methods.length).toBeGreaterThan(40);
    const untold = methods.filter(({ told }) => !told).map(({ name }) => name);
    expect(untold.toSorted()).toEqual(Object.keys(ACROSS).toSorted());
  });
});

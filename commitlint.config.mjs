import { readdirSync } from 'node:fs';

const projects = ['apps', 'libs'].flatMap((parent) => readdirSync(new URL(`${parent}/`, import.meta.url)));

/** Conventional commits; the scope is a project's name or one of a few places outside the projects. */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'scope-enum': [2, 'always', [...projects, 'repo', 'ci', 'docs', 'prisma', 'tools', 'bench', 'e2e', 'deps']],
    'scope-empty': [2, 'never'],
    'body-max-line-length': [0],
  },
};

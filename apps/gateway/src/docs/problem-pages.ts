import type { ProblemPageDto } from './problem-page.dto.js';
import { PROBLEMS, problemType, type ProblemName } from '@agion/wire';

export const problemPage = (name: ProblemName): ProblemPageDto => ({ type: problemType(name), ...PROBLEMS[name] });

export const problemPages = (): ProblemPageDto[] => (Object.keys(PROBLEMS) as ProblemName[]).map(problemPage);

/** The same for people. Nothing in it comes from a request. */
export function problemHtml(pages: readonly ProblemPageDto[]): string {
  const [only] = pages;
  const title = pages.length === 1 && only ? only.title : 'Problems';
  const articles = pages.map(
    ({ type, title: name, status, help }) =>
      `<article><h2>${escape(name)}</h2><p><code>${status}</code> <a href="${escape(type)}"><code>${escape(type)}</code></a></p><p>${escape(help)}</p></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)} · Agion</title><style>body{font:1rem/1.5 system-ui;max-width:42rem;margin:2rem auto;padding:0 1rem}h2{margin-bottom:0}</style><body><h1>${escape(title)}</h1>${articles.join('')}</body></html>`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

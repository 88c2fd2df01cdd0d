import { declarations } from './declarations.mjs';

const HEADING = `# The public surface of @agion/sdk

Written by \`npm run generate\`. Whatever changes here changes what programs are written against.
`;

/** Declarations without comments and private members: a change of it is a change of the public surface. */
export function apiReport(texts = declarations()) {
  const sections = Object.entries(texts).map(([name, text]) => {
    const title = name === 'index' ? '@agion/sdk' : `@agion/sdk/${name}`;
    const code = text
      .replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')
      .replace(/^ +private .*;\n/gm, '')
      .trimEnd();
    return `## ${title}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  });
  return [HEADING, ...sections].join('\n');
}

// Lints texts as if they stood in the named files, and prints the rules they break: `{ "<case>": ["<rule>", …] }`.
// A process of its own, because ESLint's plugins do not load inside Jest's module registry.
import { ESLint } from 'eslint';

const cases = JSON.parse(process.argv[2]);
const eslint = new ESLint({ cwd: process.argv[3] });
const broken = {};
for (const { name, file, text } of cases) {
  const [result] = await eslint.lintText(text, { filePath: file });
  broken[name] = result.messages.map(({ ruleId, message }) => ruleId ?? message);
}
console.log(JSON.stringify(broken));

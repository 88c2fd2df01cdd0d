/** A command of a document and the answer shown under it. */
export interface Step {
  readonly command: string;
  /** What it prints; `…` stands for anything. Empty where nothing is shown. */
  readonly shown: string;
}

/** The text between a heading of level two and the next one. @throws Error when there is no such heading */
export function sectionOf(markdown: string, heading: string): string {
  const [, after] = markdown.split(new RegExp(`^## ${heading}$`, 'm'));
  if (after === undefined) throw new Error(`there is no section \`${heading}\``);
  return after.split(/^## /m)[0] ?? '';
}

/** The `bash` blocks of a section, each with the `text` block that follows it before the next one. */
export function stepsOf(section: string): Step[] {
  const steps: { command: string; shown: string }[] = [];
  for (const [, language, content = ''] of section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const last = steps.at(-1);
    if (language === 'bash') steps.push({ command: content, shown: '' });
    else if (language === 'text' && last) last.shown += content;
  }
  return steps;
}

/** Whether a command printed what is shown, white space aside. */
export function isAsShown(printed: string, shown: string): boolean {
  const pattern = withoutSpace(shown)
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[\\s\\S]*');
  return new RegExp(`^${pattern}$`).test(withoutSpace(printed));
}

const withoutSpace = (text: string): string => text.replace(/\s+/g, '');

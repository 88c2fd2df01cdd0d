/**
 * Whether a name fits a pattern in which each `*` stands for any characters, none included. Everything else stands for itself.
 * Never more than (length of the name) × (length of the pattern) steps.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let inPattern = 0;
  let inName = 0;
  let star = -1;
  let resume = 0;
  while (inName < name.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      resume = inName;
    } else if (inPattern < pattern.length && pattern[inPattern] === name[inName]) {
      inPattern++;
      inName++;
    } else if (star >= 0) {
      inPattern = star + 1;
      inName = ++resume;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

export const hasStar = (pattern: string): boolean => pattern.includes('*');

/** Whether one of the patterns fits. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  for (const pattern of patterns) if (pattern === name || matchesGlob(pattern, name)) return true;
  return false;
}

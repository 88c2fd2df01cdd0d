import { statSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../setup/stamps.mjs';

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts');

/** Differs for a file that was written to and for another one in its place; '' when there is none. */
function identity(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : '';
}

const look = (project) =>
  filesBelow(path.join(project, 'src'), isSource)
    .map((file) => `${file} ${identity(file)}`)
    .sort()
    .join('\n');

/**
 * Tells which projects' sources are not what they were. It looks instead of listening: Node's recursive watch on Linux hears nothing
 * more of a file that was replaced by another one, which is how git and most editors save.
 */
export class SourceChanges {
  #seen;

  /** @param {string[]} projects folders with `src` */
  constructor(projects) {
    this.#seen = new Map(projects.map((project) => [project, look(project)]));
  }

  /**
   * The projects changed since the last call.
   * @returns {string[]}
   */
  take() {
    const changed = [];
    for (const [project, before] of this.#seen) {
      const now = look(project);
      if (now === before) continue;
      this.#seen.set(project, now);
      changed.push(project);
    }
    return changed;
  }
}

import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, wherever a command is run from. */
export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

export const inCheckout = (...segments) => path.join(CHECKOUT, ...segments);

/** A path as a person in the checkout would write it. */
export const displayPath = (target) => {
  const relative = path.relative(CHECKOUT, target);
  return relative.startsWith('..') || path.isAbsolute(relative) ? target : relative || '.';
};

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** What can be imported, and the source it begins in. */
export const ENTRY_POINTS = { index: 'src/index.ts', testing: 'src/testing/index.ts' };

/** Where the report of each stands in `etc/`. */
export const REPORTS = { index: 'sdk.api.md', testing: 'sdk-testing.api.md' };

const manifest = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));

/** What the package is imported as. */
export const NAME = manifest.name;

/** Packages that are not bundled: what the package depends on. */
export const externals = () => Object.keys(manifest.dependencies);

import { accessSync, constants } from 'node:fs';

/** Modes of libpq that encrypt without looking who answers, or encrypt only if it suits the server. */
const UNVERIFIED = ['allow', 'prefer', 'no-verify'];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * A `postgresql://` URL as `pg` is to be given it. `require` and `verify-ca` check as much as `verify-full` does: `pg` means to weaken
 * them in its next release, and encryption to nobody in particular protects from nobody.
 *
 * @throws Error when its mode would not check the server's certificate, or a file it names cannot be read
 */
export function verifiedUrl(url: string): string {
  if (!/[?&](ssl|uselibpqcompat)/.test(url)) return url;
  const parsed = new URL(url);
  const parameters = parsed.searchParams;
  const mode = parameters.get('sslmode') ?? parameters.get('ssl');
  if (mode !== null && UNVERIFIED.includes(mode))
    throw new Error(
      `\`sslmode=${mode}\` does not check who answers: use \`sslmode=verify-full\`, with \`sslrootcert=<file>\` for a private certificate authority, or \`sslmode=disable\``,
    );
  parameters.delete('uselibpqcompat');
  if (parameters.get('sslmode') === 'disable') return parsed.toString();
  if (parameters.get('sslrootcert') === 'system') parameters.delete('sslrootcert'); // libpq's word for what is Node's default
  parameters.delete('ssl');
  parameters.set('sslmode', 'verify-full');
  for (const name of FILES) assertReadable(name, parameters.get(name));
  return parsed.toString();
}

function assertReadable(name: string, file: string | null): void {
  if (file === null) return;
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new Error(`\`${name}\` names \`${file}\`, which cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
}

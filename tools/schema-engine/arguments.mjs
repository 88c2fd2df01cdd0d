/**
 * The part of the native engine's command line that the Prisma CLI uses. Preview features and extension types are read over:
 * this project uses neither.
 */
export function parseArguments(argv) {
  const options = { datamodels: [], url: '', command: undefined, version: false };
  const rest = [...argv];
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === '--datamodels' || argument === '-d') options.datamodels.push(rest.shift());
    else if (argument === '--datasource') options.url = JSON.parse(rest.shift()).url;
    else if (argument === '--enabled-preview-features' || argument === '--extension-types') rest.shift();
    else if (argument === 'cli') options.command = rest.shift();
    else if (argument === '--version' || argument === '-V') options.version = true;
  }
  return options;
}

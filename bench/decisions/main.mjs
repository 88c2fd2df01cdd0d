// npm run bench -- decisions: a decision over Redis Streams beside the least such a thing takes, at several loads; with `--containers`,
// at one load from 1 to 64 containers.
const CONTAINERS = '--containers';

if (process.argv.includes(CONTAINERS)) {
  process.argv = process.argv.filter((word) => word !== CONTAINERS);
  await import('./containers.mjs');
} else await import('./loads.mjs');

import { watch } from 'node:fs';
import path from 'node:path';
import { projectFolders } from '../setup/build.mjs';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { run } from '../setup/command.mjs';
import { report } from '../setup/failure.mjs';
import { say, step } from '../setup/progress.mjs';

const SETTLE_AFTER = 150; // editors write a file in several steps, branches change many at once
const BUILD = inCheckout('tools', 'build.mjs');

const isSource = (file) => file?.endsWith('.ts') && !file.endsWith('.spec.ts');
const isApp = (project) => path.basename(path.dirname(project)) === 'apps';

/** A changed library concerns every process; a changed service its own, or the one that holds all. */
function concerned(services, projects) {
  const names = projects.map((project) => path.basename(project));
  if (projects.some((project) => !isApp(project))) return services;
  return services.filter((service) => names.some((name) => name === service.name || service.services.includes(name)));
}

/** Rebuilds what is changed and restarts the services concerned; the databases stay. A build that fails leaves all as it runs. */
export function watchSources(ending, services) {
  const changed = new Set();
  let timer;
  let working = Promise.resolve();

  const rebuild = async () => {
    const projects = [...changed];
    changed.clear();
    if (projects.length === 0 || ending.isOver) return;
    try {
      for (const project of projects) {
        await step(`build ${displayPath(project)}`, () =>
          run(process.execPath, [BUILD], { cwd: project, shown: 'npm run build' }),
        );
      }
      const affected = concerned(services, projects);
      await step(`restart ${affected.map(({ name }) => name).join(', ')}`, async () => {
        await Promise.all(affected.map((service) => service.stop()));
        if (!ending.isOver) await ending.until(() => Promise.all(affected.map((service) => service.start())));
      });
    } catch (error) {
      if (ending.isOver) return;
      report(error);
      say('Waiting for the next change.');
    }
  };

  for (const project of projectFolders()) {
    const watcher = watch(path.join(project, 'src'), { recursive: true }, (_event, file) => {
      if (!isSource(file)) return;
      changed.add(project);
      clearTimeout(timer);
      timer = setTimeout(() => {
        working = working.then(rebuild);
      }, SETTLE_AFTER);
    });
    ending.atEnd(() => watcher.close());
  }
  say('Watching apps/*/src and libs/*/src. A changed Prisma schema or dependency needs a new start.');
}

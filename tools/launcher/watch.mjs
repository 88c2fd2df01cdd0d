import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolders } from '../setup/build.mjs';
import { displayPath, inCheckout } from '../setup/checkout.mjs';
import { run } from '../setup/command.mjs';
import { report } from '../setup/failure.mjs';
import { say, step } from '../setup/progress.mjs';
import { SourceChanges } from './source-changes.mjs';

const LOOK_EVERY = 500; // a look at 400 files takes 6 ms
const SETTLE_AFTER = 150; // editors write a file in several steps, branches change many at once
const BUILD = inCheckout('tools', 'build.mjs');

const isApp = (project) => path.basename(path.dirname(project)) === 'apps';

/** A changed library concerns every process; a changed service its own, or the one that holds all. */
function concerned(services, projects) {
  const names = projects.map((project) => path.basename(project));
  if (projects.some((project) => !isApp(project))) return services;
  return services.filter((service) => names.some((name) => name === service.name || service.services.includes(name)));
}

/** Rebuilds what is changed and restarts the services concerned; the databases stay. A build that fails leaves all as it runs. */
export function watchSources(ending, services) {
  const changes = new SourceChanges(projectFolders());

  const rebuild = async (projects) => {
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

  const lookAgain = async () => {
    const projects = new Set(changes.take());
    while (projects.size > 0 && !ending.isOver) {
      await sleep(SETTLE_AFTER);
      const more = changes.take();
      for (const project of more) projects.add(project);
      if (more.length > 0) continue;
      await rebuild([...projects]);
      projects.clear();
    }
    if (!ending.isOver) timer = setTimeout(lookAgain, LOOK_EVERY);
  };
  let timer = setTimeout(lookAgain, LOOK_EVERY);
  ending.atEnd(() => clearTimeout(timer));
  say('Watching apps/*/src and libs/*/src. A changed Prisma schema or dependency needs a new start.');
}

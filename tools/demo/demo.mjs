import { ensureBuilt } from '../setup/build.mjs';
import { Failure, report } from '../setup/failure.mjs';
import { say, step } from '../setup/progress.mjs';
import { Ending } from '../launcher/ending.mjs';
import { readSettings } from '../launcher/settings.mjs';
import { AGENT_DAY } from './agent-day.mjs';
import { EchoAgent } from './echo-agent.mjs';
import { PlatformApi } from './platform-api.mjs';
import { findPlatform, startPlatform } from './platform-under-demo.mjs';
import { tell } from './telling.mjs';

/** `npm run demo`: an agent's day on a real platform, told from what is really answered. Fails at the first step that goes another way. */
export async function main(args) {
  if (args.length > 0) throw new Failure('`npm run demo` takes no options');
  const ending = new Ending();
  try {
    await ending.until(ensureBuilt);
    const settings = readSettings();
    const platform = findPlatform(settings) ?? (await startPlatform(ending, settings));
    say(`\nThe platform is at ${platform.gateway_url}${platform.isOurs ? ', started for this demo' : ''}.\n`);
    const scene = { api: new PlatformApi(platform), agent: new EchoAgent(platform), run: Date.now().toString(36) };
    ending.atEnd(() => scene.agent.end());
    ending.atEnd(() => scene.api.close());
    await ending.until(() => tell(AGENT_DAY, scene));
    say('\nAll as expected.');
    if (platform.isOurs) await giveBack(ending);
    return 0;
  } catch (error) {
    if (ending.isOver) return await ending.ended;
    report(error);
    return 1;
  } finally {
    await ending.cleanUp();
  }
}

const giveBack = (ending) => step('stop what was started for the demo', () => ending.cleanUp());

import { pathToFileURL } from 'node:url';
import { inCheckout } from '../setup/checkout.mjs';

/** Puts the demo organization's prompt, model and resource into the database; what is there already stays. */
export async function seedDatabase(url) {
  const { seed } = await import(pathToFileURL(inCheckout('prisma', 'seed.mjs')).href);
  await seed(url);
}

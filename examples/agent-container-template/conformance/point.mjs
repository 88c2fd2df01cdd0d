/** What a point finds wrong. */
export class Violation extends Error {}

/** Why a point could not be looked at. */
export class NotLookedAt extends Error {}

/** @throws Violation unless `condition` holds */
export function must(condition, otherwise) {
  if (!condition) throw new Violation(otherwise);
}

/**
 * Looks at points in their order. One that needs another which does not hold is not looked at.
 * @param points `{number, name, needs: [names], look(scene)}`; `look` returns what it saw, in a few words
 * @param earlier results of points that were looked at before
 * @returns `{number, name, outcome: 'passed'|'failed'|'skipped', detail}` of each, after the earlier ones
 */
export async function lookAt(points, scene, earlier = []) {
  const results = [...earlier];
  for (const { number, name, needs = [], look } of points) {
    const missing = needs.find((needed) => results.some((one) => one.name === needed && one.outcome !== 'passed'));
    results.push({
      number,
      name,
      ...(missing ? { outcome: 'skipped', detail: `needs the point \`${missing}\`` } : await outcomeOf(look, scene)),
    });
  }
  return results;
}

async function outcomeOf(look, scene) {
  try {
    return { outcome: 'passed', detail: await look(scene) };
  } catch (error) {
    if (error instanceof Violation) return { outcome: 'failed', detail: error.message };
    if (error instanceof NotLookedAt) return { outcome: 'skipped', detail: error.message };
    throw error;
  }
}

import type { AgentDefinition } from './agent.ts';

/** An agent. Replace this one by yours, and list it in index.ts. */
export const exampleAgent: AgentDefinition = {
  name: 'example',
  title: 'Example',
  type: 'text',
  version: '1.0.0',
  capabilities: ['word_count'],
  action: 'count_words',
  run({ query }) {
    const words = query.split(/\s+/).filter(Boolean).length;
    return Promise.resolve(`${words} word${words === 1 ? '' : 's'}`);
  },
};

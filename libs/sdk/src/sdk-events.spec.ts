import { expect, test } from '@jest/globals';
import { SILENT_LOGGER } from '@agion/messaging';
import { SdkEvents } from './sdk-events.js';

test('listeners hear the events of their name until they end it', () => {
  const events = new SdkEvents();
  const heard: number[] = [];
  const end = events.on('stopped', ({ epoch }) => heard.push(epoch));
  events.emit({ type: 'stopped', epoch: 1 });
  events.emit({ type: 'resumed', epoch: 2 });
  end();
  end();
  events.emit({ type: 'stopped', epoch: 3 });
  expect(heard).toEqual([1]);
});

test('a listener that throws hurts neither the others nor the sdk, and is logged', () => {
  const logged: string[] = [];
  const events = new SdkEvents({ ...SILENT_LOGGER, error: (_, message) => logged.push(message) });
  const heard: string[] = [];
  events.on('stopped', () => {
    throw new Error('broken');
  });
  events.on('stopped', ({ type }) => heard.push(type));
  expect(() => events.emit({ type: 'stopped', epoch: 1 })).not.toThrow();
  expect([heard, logged]).toEqual([['stopped'], ['a listener of the sdk failed']]);
});

test('a listener may end itself, or another, while it is told', () => {
  const events = new SdkEvents();
  const heard: string[] = [];
  const end = events.on('fresh', () => {
    heard.push('first');
    end();
    endOther();
  });
  const endOther = events.on('fresh', () => heard.push('second'));
  events.emit({ type: 'fresh', revision: 1 });
  events.emit({ type: 'fresh', revision: 2 });
  expect(heard).toEqual(['first', 'second']);
});

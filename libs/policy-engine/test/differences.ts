import type { PolicyRequest } from '../src/index.js';
import type { Outcome } from './oracle.js';

/** A condition that the engine and the oracle do not agree about. */
export interface Disagreement {
  text: string;
  request: PolicyRequest;
  ours: Outcome;
  /** What the engine says is wrong; empty unless `ours` is an error. */
  detail: string;
  theirs: Outcome;
}

/** Where the engine may decide otherwise than the oracle, and why. What no row covers is a defect. */
export interface Difference {
  name: string;
  reason: string;
  covers(disagreement: Disagreement): boolean;
}

const DATA = ({ context, arguments: given }: PolicyRequest): string => JSON.stringify([context, given]);
const isOurError = ({ ours }: Disagreement): boolean => ours === 'error';
const isTheirError = ({ theirs }: Disagreement): boolean => theirs === 'error';

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'a member that is null',
    reason:
      'for `has` and `in` a key is there whatever its value is; the oracle says that one whose value is null is not',
    covers: ({ text, request }) => /\bhas\(| in /.test(text) && DATA(request).includes(':null'),
  },
  {
    name: 'a text that is no number',
    reason: 'the oracle makes it NaN or 0, and a text with spaces around it a number; here it is an error',
    covers: (one) => isOurError(one) && /^(double|int)\(\) type error/.test(one.detail),
  },
  {
    name: 'a text that is no duration',
    reason: 'the oracle takes nothing, and nothing but a sign or a number, for a duration; here it is an error',
    covers: (one) => isOurError(one) && one.detail.startsWith('invalid duration string'),
  },
  {
    name: 'lists of different types joined',
    reason: 'the library holds the second list to the type of the first; an error here, a list of anything there',
    covers: (one) => isOurError(one) && /list|variable 'x' is not of type/.test(one.detail) && one.text.includes(' + '),
  },
  {
    name: 'an index with a fraction',
    reason:
      'the oracle gives up on the whole expression; here it is an error as others are, which `||` and `&&` may make up for',
    covers: (one) => isTheirError(one) && one.text.includes('[1.5]'),
  },
  {
    name: 'data that is not looked at',
    reason:
      'names that mislead the library, numbers that JSON has not, and nesting without end are an error wherever they stand',
    covers: (one) =>
      isOurError(one) && /has a member called|has a number that is none|is nested deeper/.test(one.detail),
  },
  {
    name: 'too much data',
    reason: 'loops over so much data that they would take long are an error here',
    covers: (one) => isOurError(one) && one.detail === 'there is too much data for its loops',
  },
  {
    name: 'a sign twice',
    reason:
      'the oracle leaves out `-(-…)` and `!(!…)` whatever they stand before; here what is no number or truth value is an error',
    covers: (one) => isOurError(one) && /no such overload: [-!]/.test(one.detail) && /-\(-|!\(!/.test(one.text),
  },
  {
    name: 'whole numbers beyond 64 bits',
    reason:
      'a double becomes, and a sign makes, a whole number that is exact however large it is, where the oracle has an error; arithmetic with it has an error here too',
    covers: (one) => isTheirError(one) && /\bint\(|-\(|-9223372036854775808/.test(one.text),
  },
  {
    name: 'whole numbers that a double cannot hold',
    reason: 'the oracle rounds them before it compares them with a double; here the comparison is exact',
    covers: ({ text, ours, theirs }) =>
      ours !== 'error' && theirs !== 'error' && /922337203685477580[78]|\bint\(/.test(text),
  },
  {
    name: 'a key that cannot be one',
    reason:
      'whether null, a list or a map is a key of a map is false here, as in the reference implementation, and an error there',
    covers: (one) => isTheirError(one) && / in /.test(one.text),
  },
  {
    name: 'times far away',
    reason: 'times may lie outside of the years 1 to 9999, and as far apart as they like; an error there',
    covers: (one) =>
      isTheirError(one) && /timestamp|now/.test(one.text) && /0001-|9999-/.test(DATA(one.request) + one.text),
  },
  {
    name: 'the first years',
    reason: 'the oracle takes a year before 100 for one of the 20th century',
    covers: ({ text, ours, theirs, request }) =>
      ours !== 'error' &&
      theirs !== 'error' &&
      /\.get(FullYear|DayOfWeek)\(/.test(text) &&
      DATA(request).includes('0001-'),
  },
  {
    name: 'times in small letters',
    reason: 'RFC 3339 allows `t` and `z`; the oracle does not',
    covers: (one) => isTheirError(one) && one.text.includes('lowerAscii') && one.text.includes('timestamp('),
  },
];

export const differenceOf = (disagreement: Disagreement): Difference | undefined =>
  DIFFERENCES.find(({ covers }) => covers(disagreement));

/** A JSON Schema (2020-12), or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An object with these members and no others. */
export const closedObject = (properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

/** A text of 1 to `longest` characters. */
export const text = (longest: number, description: string): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength: longest,
  description,
});

/** One of some words. */
export const word = (words: readonly string[], description: string, fallback?: string): JsonSchema => ({
  type: 'string',
  enum: words,
  ...(fallback !== undefined && { default: fallback }),
  description,
});

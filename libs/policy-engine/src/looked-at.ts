import type { ASTNode } from '@marcbachmann/cel-js';
import { ATTRIBUTES } from './attributes.js';
import { fieldOf, partsOf } from './syntax.js';

/** A member of an attribute: `context.amount`; with no field, any of them. */
export interface AttributeMember {
  readonly owner: string;
  readonly field: string | null;
}

/** Whether an expression looks at a member; also where it looks at all of what the attribute is a member of. */
export function looksAt(node: ASTNode, member: AttributeMember): boolean {
  const path = fieldOf(node);
  if (path?.owner === member.owner) return member.field === null || path.field === member.field;
  if (node.op === 'id') return node.args === member.owner;
  return partsOf(node).some((part) => looksAt(part, member));
}

/** The same of the text of a condition. One that cannot be read is taken to look at everything. */
export function conditionLooksAt(text: string, member: AttributeMember): boolean {
  try {
    return looksAt(ATTRIBUTES.parse(text).ast, member);
  } catch {
    return true;
  }
}

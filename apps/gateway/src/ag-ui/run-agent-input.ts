import { RunAgentInputDto, type AgUiMessageDto, type RunMessageDto } from '@agion/dto';
import { validatedEntry, ValidationFailedError } from '@agion/service-kit';
import type { InputFault } from '@agion/wire';

/** What a text-only turn needs of an AG-UI request. */
export interface TurnRequest {
  runId: string;
  threadId: string;
  messages: RunMessageDto[];
}

/**
 * Reads an AG-UI RunAgentInput. Fields beyond those of the DTO are let pass, which nowhere else is done: its clients send tools,
 * context, state and whatever their next version adds, and a server that refused them would work with no client for long.
 * @throws ValidationFailedError with a pointer to each fault
 */
export function readRunAgentInput(body: unknown): TurnRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ValidationFailedError([{ pointer: '', detail: 'must be a JSON object' }]);
  const { runId, threadId, messages } = validatedEntry(RunAgentInputDto, body);
  const faults: InputFault[] = [];
  const spoken = messages.flatMap((message, index) => spokenOf(message, `/messages/${index}`, faults));
  if (faults.length === 0 && !spoken.some(({ role }) => role === 'user'))
    faults.push({ pointer: '/messages', detail: 'must hold a user message' });
  if (faults.length > 0) throw new ValidationFailedError(faults);
  return { runId, threadId, messages: spoken };
}

/** Calls and results of tools, activities and reasoning are part of the conversation but not of its text. */
function spokenOf({ role, content }: AgUiMessageDto, pointer: string, faults: InputFault[]): RunMessageDto[] {
  if (role === 'tool' || role === 'activity' || role === 'reasoning') return [];
  if (role === 'assistant' && (content === undefined || content === null)) return []; // it only called tools
  const text = typeof content === 'string' ? content : textOf(content, `${pointer}/content`, faults);
  return text === '' && role !== 'user' ? [] : [{ role, content: text }];
}

function textOf(content: unknown, pointer: string, faults: InputFault[]): string {
  if (!Array.isArray(content)) {
    faults.push({ pointer, detail: 'must be text, or an array of text parts' });
    return '';
  }
  return content
    .map((part: unknown, index) => {
      const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown };
      if (type === 'text' && typeof text === 'string') return text;
      faults.push({
        pointer: `${pointer}/${index}`,
        detail: 'must be a part of type `text`: this server understands text only',
      });
      return '';
    })
    .join('\n');
}

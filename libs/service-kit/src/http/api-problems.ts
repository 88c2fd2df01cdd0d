import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from '@agion/dto';
import { PROBLEMS, type ProblemName } from '@agion/wire';
import { PROBLEM_CONTENT_TYPE } from '../problem/problem.filter.js';

const MEDIA_TYPE = PROBLEM_CONTENT_TYPE.split(';')[0] ?? PROBLEM_CONTENT_TYPE;

/**
 * Documents the problems (RFC 9457) a route answers with: `@ApiProblems('agent-not-found', 'conflict')`. Problems that share a
 * status share its response. On a class it holds for every route of the controller.
 */
export function ApiProblems(...names: ProblemName[]): ClassDecorator & MethodDecorator {
  const byStatus = Map.groupBy(new Set(names), (name) => PROBLEMS[name].status);
  const responses = [...byStatus].map(([status, sharing]) =>
    ApiResponse({
      status,
      description: sharing.map((name) => `${PROBLEMS[name].title} (\`/problems/${name}\`)`).join('; '),
      content: { [MEDIA_TYPE]: { schema: { $ref: getSchemaPath(ProblemDto) } } },
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}

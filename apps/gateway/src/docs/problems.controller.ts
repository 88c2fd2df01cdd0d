import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, DomainError } from '@agion/service-kit';
import { isProblemName } from '@agion/wire';
import { ProblemCatalogueDto, ProblemPageDto } from './problem-page.dto.js';
import { problemHtml, problemPage, problemPages } from './problem-pages.js';

type Content = NonNullable<Extract<ApiResponseOptions, { content?: unknown }>['content']>;

const OR_HTML = 'JSON, or HTML where it is preferred.';

const jsonOrHtml = (dto: typeof ProblemCatalogueDto | typeof ProblemPageDto): Content => ({
  'application/json': { schema: { $ref: getSchemaPath(dto) } },
  'text/html': { schema: { type: 'string' } },
});

/** Where the `type` of every problem leads. */
@ApiTags('platform')
@ApiExtraModels(ProblemCatalogueDto, ProblemPageDto)
@Controller('problems')
export class ProblemsController {
  @Get()
  @ApiOperation({ summary: 'The catalogue of problems', operationId: 'listProblems' })
  @ApiOkResponse({ description: OR_HTML, content: jsonOrHtml(ProblemCatalogueDto) })
  list(@Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): void {
    const pages = problemPages();
    if (prefersHtml(accept)) sendHtml(reply, pages);
    else void reply.send({ items: pages });
  }

  @Get(':name')
  @ApiOperation({ summary: 'What a problem means and what helps', operationId: 'getProblem' })
  @ApiOkResponse({ description: OR_HTML, content: jsonOrHtml(ProblemPageDto) })
  @ApiProblems('not-found')
  show(@Param('name') name: string, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): void {
    if (!isProblemName(name)) throw new DomainError('not-found', `there is no problem \`${name}\``);
    const page = problemPage(name);
    if (prefersHtml(accept)) sendHtml(reply, [page]);
    else void reply.send(page);
  }
}

/** Browsers name text/html first; clients ask for JSON or for anything. */
const prefersHtml = (accept: string | undefined): boolean => /^\s*text\/html\b/.test(accept ?? '');

function sendHtml(reply: FastifyReply, pages: readonly ProblemPageDto[]): void {
  void reply
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .type('text/html; charset=utf-8')
    .send(problemHtml(pages));
}

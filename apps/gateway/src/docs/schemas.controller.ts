import { hash } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { policySchema } from '@agion/policy-engine';
import { matchesEntityTag } from '../routing/entity-tag.js';

/** JSON Schemas of what people write in editors. */
@ApiTags('platform')
@Controller('schemas')
export class SchemasController {
  private readonly policies = JSON.stringify(policySchema());
  private readonly etag = `"${hash('sha256', this.policies, 'base64url')}"`;

  @Get('policy.json')
  @ApiOperation({ summary: 'JSON Schema of policies', operationId: 'getPolicySchema' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({
    description: 'JSON Schema 2020-12, for editors: `# yaml-language-server: $schema=…/schemas/policy.json`.',
    content: { 'application/schema+json': { schema: { type: 'object' } } },
  })
  policy(@Headers('if-none-match') ifNoneMatch: string | undefined, @Res() reply: FastifyReply): void {
    void reply.header('etag', this.etag).header('cache-control', 'public, max-age=300');
    if (matchesEntityTag(ifNoneMatch, this.etag)) void reply.status(304).send();
    else void reply.type('application/schema+json').send(this.policies);
  }
}

import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { matchesEntityTag } from '../routing/entity-tag.js';
import { readApiDocument, type ApiDocument, type ApiDocumentName } from './api-document.js';
import { renderReference, type ReferencePage } from './reference-page.js';

/** The page may load from here only: it works without the internet, and tells nobody who reads it. */
const POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

/** The API described for programs and for people. */
@ApiTags('platform')
@Controller()
export class DocsController {
  private readonly documents = new Map<ApiDocumentName, ApiDocument>();
  private page: Promise<ReferencePage> | undefined;

  @Get('openapi.json')
  @ApiOperation({ summary: 'This document', operationId: 'getOpenApi' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } })
  openapi(@Headers('if-none-match') ifNoneMatch: string | undefined, @Res() reply: FastifyReply): void {
    this.send('openapi.json', ifNoneMatch, reply);
  }

  @Get('asyncapi.json')
  @ApiOperation({ summary: 'What goes over Redis', operationId: 'getAsyncApi' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ description: 'AsyncAPI 3.', content: { 'application/json': { schema: { type: 'object' } } } })
  asyncapi(@Headers('if-none-match') ifNoneMatch: string | undefined, @Res() reply: FastifyReply): void {
    this.send('asyncapi.json', ifNoneMatch, reply);
  }

  @Get('docs')
  @ApiOperation({ summary: 'This document for people', operationId: 'getDocs' })
  @ApiOkResponse({ description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } })
  async reference(@Res() reply: FastifyReply): Promise<void> {
    const { html } = await this.render();
    void reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(html);
  }

  @Get('docs/reference.js')
  @ApiExcludeEndpoint()
  async script(@Res() reply: FastifyReply): Promise<void> {
    const { script } = await this.render();
    void reply.header('cache-control', 'public, max-age=3600').type('text/javascript; charset=utf-8').send(script);
  }

  private send(name: ApiDocumentName, ifNoneMatch: string | undefined, reply: FastifyReply): void {
    const { text, etag } = this.document(name);
    void reply.header('etag', etag);
    if (matchesEntityTag(ifNoneMatch, etag)) void reply.status(304).send();
    else void reply.type('application/json; charset=utf-8').send(text);
  }

  private document(name: ApiDocumentName): ApiDocument {
    const document = this.documents.get(name) ?? readApiDocument(name);
    this.documents.set(name, document);
    return document;
  }

  private render(): Promise<ReferencePage> {
    this.page ??= renderReference(this.document('openapi.json'));
    this.page.catch(() => (this.page = undefined));
    return this.page;
  }
}

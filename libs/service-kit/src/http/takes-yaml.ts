import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../problem/domain-error.js';

/** On routes whose body is written by people: it may be `application/yaml` as well as JSON. */
export const TakesYaml = (): MethodDecorator =>
  applyDecorators(RouteConfig({ yaml: true }), ApiConsumes('application/json', 'application/yaml'));

/** Whether the route of a request was declared so. */
export const takesYaml = ({ routeOptions }: FastifyRequest): boolean =>
  (routeOptions.config as { yaml?: unknown } | undefined)?.yaml === true;

/** @throws DomainError `unsupported-media-type` */
export function refuseYaml(): never {
  throw new DomainError('unsupported-media-type', 'this route takes JSON: send `application/json`');
}

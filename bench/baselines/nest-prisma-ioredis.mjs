// How soon a plain Nest service of middling size answers: ten feature modules, each a controller with three routes and a service, on
// Fastify, with Prisma's client and ioredis loaded and made but not connected.
// Environment: PORT.
import 'reflect-metadata';
import { Body, Controller, Get, Injectable, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PrismaPg } from '@prisma/adapter-pg';
import { Redis } from 'ioredis';
import { PrismaClient } from '../../libs/database/dist/generated/client.js';

const FEATURES = 10;

/** What `@decorator` before a class, a method or a parameter does; this file runs without a compiler. */
const decorateClass = (target, ...decorators) => Reflect.decorate(decorators, target);
const decorateMethod = (target, name, ...decorators) =>
  Reflect.decorate(decorators, target.prototype, name, Object.getOwnPropertyDescriptor(target.prototype, name));
const onParameter = (index, decorator) => (target, name) => decorator(target, name, index);

function featureModule(path) {
  class FeatureService {
    list() {
      return [];
    }
  }
  decorateClass(FeatureService, Injectable());

  class FeatureController {
    constructor(service) {
      this.service = service;
    }
    list() {
      return this.service.list();
    }
    get(id) {
      return { id };
    }
    create(body) {
      return body;
    }
  }
  decorateMethod(FeatureController, 'list', Get());
  decorateMethod(FeatureController, 'get', Get(':id'), onParameter(0, Param('id')));
  decorateMethod(FeatureController, 'create', Post(), onParameter(0, Body()));
  decorateClass(FeatureController, Controller(path), Reflect.metadata('design:paramtypes', [FeatureService]));

  class FeatureModule {}
  const contents = { controllers: [FeatureController], providers: [FeatureService], exports: [FeatureService] };
  decorateClass(FeatureModule, Module(contents));
  return FeatureModule;
}

class AppModule {}
decorateClass(
  AppModule,
  Module({ imports: Array.from({ length: FEATURES }, (_, index) => featureModule(`feature-${index}`)) }),
);

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' }),
});
const redis = new Redis({ lazyConnect: true });
const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');

process.once('disconnect', () => process.exit());
process.send({ type: 'ready', clients: [prisma, redis].length });

export { asOwner, createTestDatabase } from './database.js';
export type { TestDatabase } from './database.js';
export { freePorts, portVariable, testEnvironment } from './environment.js';
export type { TestEnvironmentOptions } from './environment.js';
export { eventually } from './eventually.js';
export { addOrganization, serveOrganizations } from './organizations.js';
export { startRedis } from './redis.js';
export type { TestRedis } from './redis.js';

// In the image of the registry or of all-in-one: makes a token for the service account `admin`, prints it once and revokes the one
// before it.
import { replaceAdminToken } from '../../apps/registry/dist/credentials/admin-token.js';
import { given, required } from './given.mjs';

const databaseUrl = given('REGISTRY_DATABASE_URL') ?? required('DATABASE_URL');
console.log(await replaceAdminToken(databaseUrl, required('REDIS_URL')));

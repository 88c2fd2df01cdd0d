/** The newest folder of `prisma/migrations`: what this build of the services needs to find applied. */
export const LATEST_MIGRATION = '20261125100000_dead_letters';

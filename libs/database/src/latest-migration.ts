/** The newest folder of `prisma/migrations`: what this build of the services needs to find applied. */
export const LATEST_MIGRATION = '20261124131000_webhook_queue';

import { Channels, connected, createRedis } from '@agion/messaging';
import { CHANNELS, channelKey, DEFAULT_ORGANIZATION, type ControlNotice } from '@agion/wire';

/** Announces revocations while no registry runs in this process. */
export interface Announcer {
  revoked(keyIds: string[]): Promise<void>;
  close(): void;
}

/** Connects. @throws RedisUnreachableError when Redis does not answer */
export async function openAnnouncer(redisUrl: string): Promise<Announcer> {
  const redis = createRedis({ url: redisUrl, role: 'command', name: 'admin-token' });
  const close = (): void => redis.disconnect();
  await connected(redis).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    close,
    revoked: async (keyIds) => {
      const notice: ControlNotice = { type: 'credentials.revoked', credential_ids: keyIds };
      await new Channels(redis).publish(channelKey(DEFAULT_ORGANIZATION.slug, CHANNELS.control), notice);
    },
  };
}

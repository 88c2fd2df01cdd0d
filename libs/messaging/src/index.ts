export { isSignedBy, signAsAgent, signatureTest, signedText } from './agent-signature.js';
export { fullJitter, RECONNECT_BACKOFF } from './backoff.js';
export type { BackoffRange } from './backoff.js';
export { Channels, hearNotices } from './channels.js';
export type { NoticeHandlers } from './channels.js';
export { decodeEntry, encodeEntry, jsonField, MAX_ENTRY_BYTES } from './codec.js';
export type { EntryFields } from './codec.js';
export { connected, createRedis, MAX_BLOCK_MS } from './connection.js';
export type { RedisConnection, RedisRole, RedisSettings } from './connection.js';
export { CONSUMER_STEPS } from './consumer-options.js';
export type {
  BatchHandler,
  ConsumerMetric,
  ConsumerMetrics,
  ConsumerStep,
  Outcome,
  StreamConsumerOptions,
  StreamEntry,
} from './consumer-options.js';
export {
  deadLetterFields,
  deadLetterStream,
  isPermanentFailure,
  MAX_KEPT_BYTES,
  originalFields,
} from './dead-letters.js';
export type { DeadLetterReason } from './dead-letters.js';
export {
  EntryTooLargeError,
  HandlerTimeoutError,
  MalformedEntryError,
  PermanentError,
  RedisUnreachableError,
  RequestTimeoutError,
  UnavailableError,
} from './errors.js';
export { EventFeed } from './event-feed.js';
export type { EventFeedOptions, FeedCodec, FeedEvent, FollowOptions } from './event-feed.js';
export { errorText, rateLimitedLogger, SILENT_LOGGER } from './logger.js';
export type { Logger } from './logger.js';
export { pause } from './pause.js';
export { RedisClock } from './redis-clock.js';
export { parseRedisUrl, redisAddress } from './redis-url.js';
export type { RedisPlace } from './redis-url.js';
export { RequestReply } from './request-reply.js';
export type { RequestOptions, RequestReplyOptions } from './request-reply.js';
export { inspectServer, readMemory, serverDangers } from './server-check.js';
export type { RedisMemory, RedisServer, ServerDanger } from './server-check.js';
export { StreamConsumer } from './stream-consumer.js';
export type { ConsumerStatus } from './stream-consumer.js';
export { compareStreamIds, isStreamId, streamIdTime } from './stream-id.js';
export { readBacklog, readGroupLag } from './stream-lag.js';
export type { GroupLag } from './stream-lag.js';
export { StreamProducer } from './stream-producer.js';
export type { Append, EntryValues, Trim } from './stream-producer.js';
export { trimConsumed } from './stream-trim.js';
export { TopicHub } from './topic-hub.js';
export type { TopicHubOptions, TopicListener } from './topic-hub.js';

import { describeAgionSDK } from './conformance.js';
import { RealPlatform } from './real-platform.js';

describeAgionSDK('an agent of a platform, over HTTP alone', () => RealPlatform.start('http'), { cuts: true });
// Cutting HTTP off would leave Redis: what happens to that is in event-faults.medium.spec.ts.
describeAgionSDK('an agent of a platform, over Redis and HTTP', () => RealPlatform.start('redis'), { cuts: false });

/** Injection token of the connection for short commands. */
export const COMMAND_REDIS = Symbol('redis for commands');

/**
 * Why a call outside gave no answer:
 * - `refused`: the address is none this platform calls; nothing was sent.
 * - `unreachable`: no connection, or it broke off.
 * - `timeout`: it took longer than it may.
 * - `too-large`: the answer has more bytes than are read.
 * - `left-alone`: its origin has not answered several times in a row; nothing was sent.
 * - `redirected`: too many redirects, or one that leads where it must not.
 */
export type OutgoingFailure = 'refused' | 'unreachable' | 'timeout' | 'too-large' | 'left-alone' | 'redirected';

/** A call outside that gave no answer. The message names what the caller named, never what a name resolved to. */
export class OutgoingError extends Error {
  constructor(
    readonly reason: OutgoingFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'OutgoingError';
  }
}

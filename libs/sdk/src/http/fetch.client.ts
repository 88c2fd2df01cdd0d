import type { Transport } from './transport.js';

/** Carries requests by a `fetch` that somebody brought along. @param base what paths follow */
export function fetchTransport(base: string, fetch: typeof globalThis.fetch): Transport {
  return ({ method, target, headers, body }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const read = async (): ReturnType<Transport>['answer'] => {
      const response = await fetch(base + target, {
        method,
        redirect: 'error',
        headers,
        signal,
        ...(body !== undefined && { body }),
      });
      const { status, statusText } = response;
      return { status, statusText, text: await response.text(), header: (name) => response.headers.get(name) };
    };
    return { answer: read(), cancel: () => controller.abort() };
  };
}

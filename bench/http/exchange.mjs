const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS = { from: 9, to: 12 }; // HTTP/1.1 200 OK

/** The request for the configuration, ready to be written to a socket any number of times. */
export function requestBytes({ path, port, token, ifNoneMatch }) {
  const headers = {
    Host: `127.0.0.1:${port}`,
    Accept: 'application/json',
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(ifNoneMatch && { 'If-None-Match': ifNoneMatch }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

function bodyLength(head, status) {
  if (status === '304') return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without content-length:\n${head}`);
  return Number(length);
}

/**
 * The answer at the beginning of `bytes`.
 * @returns `{status, head, body}`, or undefined while it is not there as a whole
 */
export function readAnswer(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.latin1Slice(0, headEnd);
  const status = head.slice(STATUS.from, STATUS.to);
  const start = headEnd + HEAD_END.length;
  const end = start + bodyLength(head, status);
  if (bytes.length < end) return undefined;
  if (bytes.length > end) throw new Error('more came than one answer');
  return { status: Number(status), head, body: bytes.subarray(start, end) };
}

/** What is wrong with an answer, undefined when it is as expected: status, ETag and every byte of the body. */
export function faultOf({ status, head, body }, expected) {
  if (status !== expected.status)
    return `status ${status} instead of ${expected.status}: ${body.toString().slice(0, 300)}`;
  if (!head.includes(expected.etag)) return `no ETag ${expected.etag}:\n${head}`;
  if (!body.equals(expected.body)) return `another body: ${body.toString().slice(0, 300)}`;
  return undefined;
}
